/// The tar of a small build context (POSIX.1-1988 `ustar`: names up to 100 bytes).
package enum TinyTar {
    /// One file of the context.
    package struct File: Sendable {
        let path: String
        let bytes: [UInt8]
        let isExecutable: Bool

        /// A file as given.
        package init(_ path: String, _ bytes: [UInt8], isExecutable: Bool = false) {
            self.path = path
            self.bytes = bytes
            self.isExecutable = isExecutable
        }

        /// A text file.
        package init(_ path: String, _ text: String) { self.init(path, Array(text.utf8)) }
    }

    private static let blockSize = 512

    /// The whole archive.
    package static func bytes(of files: [File]) -> [UInt8] {
        var result: [UInt8] = []
        for file in files {
            result += header(of: file) + file.bytes
            result += [UInt8](repeating: 0, count: (blockSize - file.bytes.count % blockSize) % blockSize)
        }
        return result + [UInt8](repeating: 0, count: 2 * blockSize)
    }

    private static func header(of file: File) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: blockSize)
        func put(_ text: String, at offset: Int) {
            for (index, byte) in text.utf8.enumerated() { block[offset + index] = byte }
        }
        func octal(_ value: Int, _ digits: Int) -> String {
            let text = String(value, radix: 8)
            return String(repeating: "0", count: digits - text.count) + text
        }
        precondition(file.path.utf8.count <= 100, "the name is too long for this writer")
        put(file.path, at: 0)
        put(octal(file.isExecutable ? 0o755 : 0o644, 7), at: 100)
        put(octal(0, 7), at: 108)
        put(octal(0, 7), at: 116)
        put(octal(file.bytes.count, 11), at: 124)
        put(octal(0, 11), at: 136)
        put("        0", at: 148)
        put("ustar", at: 257)
        put("00", at: 263)
        put(octal(block.reduce(0) { $0 + Int($1) }, 6) + "\0 ", at: 148)
        return block
    }
}
