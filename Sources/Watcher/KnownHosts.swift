import Crypto
import FoundationEssentials

/// The text of an OpenSSH known_hosts file, understood as sshd(8) describes it.
struct KnownHosts: Sendable, Hashable {
    /// What the file says of a host's key.
    enum Verdict: Sendable, Hashable {
        /// The key is the host's.
        case known
        /// The host has other keys, of these kinds.
        case different(kinds: [String])
        /// The key was revoked.
        case revoked
        /// The host is not in the file.
        case unknown
    }

    private struct Entry: Sendable, Hashable {
        let isRevoked: Bool
        let patterns: [String]
        let kind: String
        let encodedKey: String
    }

    private let entries: [Entry]

    /// Reads the file's text; lines that are not understood are passed over, as ssh(1) does.
    init(_ text: String) {
        entries = text.split(whereSeparator: \.isNewline).compactMap { line in
            var fields = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
            guard let first = fields.first, !first.hasPrefix("#") else { return nil }
            let marker = first.hasPrefix("@") ? String(fields.removeFirst()) : nil
            // Certificate authorities are not supported: their keys sign host keys, and are none.
            guard fields.count >= 3, marker == nil || marker == "@revoked" else { return nil }
            return Entry(
                isRevoked: marker != nil, patterns: fields[0].split(separator: ",").map(String.init),
                kind: String(fields[1]), encodedKey: String(fields[2]))
        }
    }

    /// What the file says of this key of a host, in the form of RFC 4253 section 6.6.
    func verdict(host: String, port: Int, key: [UInt8]) -> Verdict {
        let name = Self.name(host: host, port: port)
        let encoded = Data(key).base64EncodedString()
        let matching = entries.filter { Self.matches($0.patterns, name) }
        if matching.contains(where: { $0.isRevoked && $0.encodedKey == encoded }) { return .revoked }
        let keys = matching.filter { !$0.isRevoked }
        if keys.contains(where: { $0.encodedKey == encoded }) { return .known }
        return keys.isEmpty ? .unknown : .different(kinds: Set(keys.map(\.kind)).sorted())
    }

    /// The host's keys as lines of a file that has nothing else, for choosing which kind to ask the host for.
    ///
    /// RSA keys are left out: libssh2 would then ask for `ssh-rsa`, which servers of today refuse.
    func preference(host: String, port: Int) -> String {
        let name = Self.name(host: host, port: port)
        let keys = entries.filter { !$0.isRevoked && $0.kind != "ssh-rsa" && Self.matches($0.patterns, name) }
        return keys.map { "\(name) \($0.kind) \($0.encodedKey)\n" }.joined()
    }

    /// How sshd(8) writes a host with another port than 22.
    private static func name(host: String, port: Int) -> String {
        let bare = (host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host)
        return port == 22 ? bare.lowercased() : "[\(bare.lowercased())]:\(port)"
    }

    private static func matches(_ patterns: [String], _ name: String) -> Bool {
        var isMatched = false
        for pattern in patterns {
            if pattern.hasPrefix("|1|") {
                isMatched = isMatched || matchesHash(pattern, name)
            } else if pattern.hasPrefix("!") {
                if matchesPattern(Array(pattern.dropFirst().lowercased().utf8)[...], Array(name.utf8)[...]) {
                    return false
                }
            } else if matchesPattern(Array(pattern.lowercased().utf8)[...], Array(name.utf8)[...]) {
                isMatched = true
            }
        }
        return isMatched
    }

    /// `|1|salt|hash`: the HMAC-SHA1 of the host's name under the salt.
    private static func matchesHash(_ pattern: String, _ name: String) -> Bool {
        let parts = pattern.split(separator: "|")
        guard parts.count == 3, let salt = Data(base64Encoded: String(parts[1])),
            let hash = Data(base64Encoded: String(parts[2]))
        else { return false }
        return HMAC.areEqual(HMAC.sha1(key: Array(salt), message: Array(name.utf8)), Array(hash))
    }

    /// `*` stands for any bytes, `?` for one. Brackets stand for themselves here.
    private static func matchesPattern(_ pattern: ArraySlice<UInt8>, _ name: ArraySlice<UInt8>) -> Bool {
        var (pattern, name) = (pattern, name)
        var retry: (pattern: ArraySlice<UInt8>, name: ArraySlice<UInt8>)?
        while true {
            if pattern.first == UInt8(ascii: "*") {
                pattern = pattern.dropFirst()
                retry = (pattern, name)
            } else if let byte = name.first, let wanted = pattern.first, wanted == byte || wanted == UInt8(ascii: "?") {
                pattern = pattern.dropFirst()
                name = name.dropFirst()
            } else if name.isEmpty, pattern.isEmpty {
                return true
            } else if let last = retry, !last.name.isEmpty {
                pattern = last.pattern
                name = last.name.dropFirst()
                retry = (pattern, name)
            } else {
                return false
            }
        }
    }
}
