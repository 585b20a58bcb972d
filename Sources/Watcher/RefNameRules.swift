import Model

/// Which names that a remote lists are taken at all.
enum RefNameRules {
    /// Longer names are passed over. Git's own tools meet their limit near 4,096 bytes.
    static let byteLimit = 1024

    /// Whether the bytes are the name of a pull request's head that is wanted.
    static func accept(_ name: some Collection<UInt8>, heads: PullRequestHeads) -> Bool {
        guard heads != .none, name.count <= byteLimit, let number = RefName(bytes: Array(name)).pullRequest else {
            return false
        }
        return heads.contains(number)
    }

    /// Whether the bytes are the name of a branch or tag by the rules of git-check-ref-format(1).
    ///
    /// Other names are passed over: a remote that sends them is no Git, and they were never accepted before,
    /// so nothing can be taken for gone.
    static func accept(_ name: some Collection<UInt8>) -> Bool {
        guard name.count <= byteLimit, name.starts(with: "refs/heads/".utf8) || name.starts(with: "refs/tags/".utf8)
        else { return false }
        var previous: UInt8 = 0
        for byte in name {
            if byte < 0x21 || byte == 0x7f || forbidden.contains(byte) { return false }
            switch (previous, byte) {
            case (dot, dot), (slash, slash), (slash, dot), (UInt8(ascii: "@"), UInt8(ascii: "{")): return false
            default: previous = byte
            }
        }
        guard previous != slash, previous != dot else { return false }
        return !name.split(separator: slash).contains { $0.suffix(5).elementsEqual(".lock".utf8) }
    }

    private static let forbidden = Set("~^:?*[\\".utf8)
    private static let dot = UInt8(ascii: ".")
    private static let slash = UInt8(ascii: "/")
}
