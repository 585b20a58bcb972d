/// Paths that a manifest gives: always relative, always inside the tree.
enum ContextPath {
    /// The path without `.` and doubled slashes, empty for the root; nil when it is absolute, holds `..` or a
    /// control character, or is the address of something elsewhere.
    static func normalized(_ text: String) -> [UInt8]? {
        let bytes = Array(text.utf8)
        guard bytes.first != UInt8(ascii: "/"), !bytes.contains(where: { $0 < 0x20 || $0 == 0x7f }) else { return nil }
        guard !text.contains("://") else { return nil }
        let parts = bytes.split(separator: UInt8(ascii: "/")).filter { $0 != [UInt8(ascii: ".")] }
        guard !parts.contains(dotDot) else { return nil }
        return Array(parts.joined(separator: [UInt8(ascii: "/")]))
    }

    /// Whether a path that a tree holds can be written to an archive: no empty part, no `.`, `..` or `.git`.
    static func isSafe(_ path: [UInt8]) -> Bool {
        !path.contains(0)
            && path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy { part in
                !part.isEmpty && part != [UInt8(ascii: ".")] && part != dotDot && !isGitDirectory(part)
            }
    }

    private static func isGitDirectory(_ part: ArraySlice<UInt8>) -> Bool {
        part.elementsEqual(Array(".git".utf8)) { $0 == $1 || ($0 | 0x20) == $1 }
    }
}
