extension EnvironmentName {
    /// The name of a preview, by its ref alone (DESIGN: a name depends on its ref alone).
    ///
    /// A short ref made only of `a-z`, `0-9` and single `-`, 3 to 40 long and not reserved keeps its
    /// name. Every other is lower-cased ASCII with `-` for the rest, cut, and followed by `-` and six
    /// hexadecimal digits of the digest of the ref's bytes, so that two refs never share a name.
    package static func preview(of ref: RefName, hashing: Hashing) -> Self {
        if let number = ref.pullRequest { return .pullRequest(number) }
        let bytes = ref.shortBytes
        let text = String(decoding: bytes, as: UTF8.self)
        if Array(text.utf8) == bytes, bytes.count >= 3, bytes.count <= 40, isPlainLabel(text), !isReserved(text) {
            return Self(unchecked: text)
        }
        let suffix = "-" + hashing(ref.bytes).hex.prefix(6)
        let stem = slug(of: bytes, limit: 40 - suffix.count)
        let name = (stem.isEmpty ? "branch" : stem) + suffix
        // Six decimal digits behind `pr` would be the name of a pull request.
        return Self(unchecked: isReserved(name) ? "branch-" + name : name)
    }

    /// The name of the preview of a fork's pull request.
    package static func pullRequest(_ number: Int) -> Self { Self(unchecked: "pr-\(number)") }

    /// Whether the text is a name that branches may not take for themselves.
    package static func isReserved(_ text: String) -> Bool {
        if reserved.contains(text) { return true }
        return text.hasPrefix("pr-") && text.dropFirst(3).allSatisfy(\.isNumber)
    }

    private static let reserved: Set<String> = [
        "staging", "production", "development", "www", "api", "admin", "slipway",
    ]

    /// ASCII letters in lower case and digits; every other run of bytes as one `-`; cut to `limit`.
    private static func slug(of bytes: [UInt8], limit: Int) -> String {
        var result: [UInt8] = []
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): result.append(byte + 32)
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): result.append(byte)
            default: if let last = result.last, last != UInt8(ascii: "-") { result.append(UInt8(ascii: "-")) }
            }
            if result.count == limit { break }
        }
        while result.last == UInt8(ascii: "-") { result.removeLast() }
        return String(decoding: result, as: UTF8.self)
    }
}
