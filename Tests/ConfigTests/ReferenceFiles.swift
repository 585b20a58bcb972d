import Glibc

/// Files of this repository that tests read.
enum ReferenceFiles {
    struct Missing: Error { let path: String }

    /// The text of a file, by its path from the repository's root.
    static func text(_ path: String, here: String = #filePath) throws -> String {
        // Tests/ConfigTests/ReferenceFiles.swift
        let root = here.split(separator: "/").dropLast(3).joined(separator: "/")
        guard let file = fopen("/\(root)/\(path)", "r") else { throw Missing(path: path) }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            bytes += buffer[..<count]
        }
    }
}
