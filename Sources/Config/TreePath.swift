import Model

/// Paths inside the repository's tree, brought into one form.
enum TreePath {
    /// The path without `.`, empty parts and a slash at its end; nil for anything that is not plainly inside the tree.
    ///
    /// `.` is the root. Refused: absolute paths, `..`, `~`, backslashes, control characters, URLs, a leading or a
    /// trailing space and a trailing dot of any part, and what is over 1,024 bytes long.
    // Over bytes, not Characters: a combining mark behind a slash makes one Character of both.
    static func normalised(_ text: String) -> String? {
        let bytes = Array(text.utf8)
        let slash = UInt8(ascii: "/")
        guard let first = bytes.first, bytes.count <= 1024, first != slash, first != UInt8(ascii: "~"),
            bytes != [UInt8(ascii: "-")], !bytes.contains(UInt8(ascii: "\\")), printable(bytes) == text,
            bytes.firstRange(of: Array("://".utf8)) == nil
        else { return nil }
        var parts: [ArraySlice<UInt8>] = []
        for part in bytes.split(separator: slash) where !part.elementsEqual([UInt8(ascii: ".")]) {
            guard part.first != 0x20, part.last != 0x20, part.last != UInt8(ascii: "."),
                String(decoding: part, as: UTF8.self).lowercased() != ".git"
            else { return nil }
            parts.append(part)
        }
        return parts.isEmpty ? "." : String(decoding: Array(parts.joined(separator: [slash])), as: UTF8.self)
    }
}

extension Shape where Value == String {
    /// A directory of the tree.
    static let treeDirectory = treePath(isFile: false)
    /// A file of the tree.
    static let treeFile = treePath(isFile: true)

    private static func treePath(isFile: Bool) -> Shape {
        text { text in
            if let path = TreePath.normalised(text), !isFile || (path != "." && text.utf8.last != UInt8(ascii: "/")) {
                return nil
            }
            return Refusal(
                message: "'\(quote(text))' is no path inside the repository",
                hint: "relative, without '..', such as \(isFile ? "docker/Dockerfile" : "services/api")")
        }.map { TreePath.normalised($0) ?? $0 }
    }
}
