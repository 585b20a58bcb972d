import FoundationEssentials
import Glibc

/// A new directory that is gone, with all that is in it, when nobody holds it any more.
package final class TemporaryDirectory: Sendable {
    /// Its absolute path.
    package let path: String

    /// What the system would not do.
    package struct Unusable: Error {
        /// errno(3)
        package let code: Int32
    }

    /// Makes a directory below `/tmp`; the path is short enough for sockets, which have 107 bytes (unix(7)).
    package init() throws(Unusable) {
        var template = Array("/tmp/slipway-test.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Unusable(code: errno) }
        path = String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of something in it.
    package func path(of name: String) -> String { "\(path)/\(name)" }

    /// Writes a file in it, with its directories, and returns its path.
    @discardableResult
    package func write(_ bytes: some Sequence<UInt8>, to name: String) throws -> String {
        let file = path(of: name)
        if let slash = file.lastIndex(of: "/") {
            try FileManager.default.createDirectory(atPath: String(file[..<slash]), withIntermediateDirectories: true)
        }
        try Data(Array(bytes)).write(to: URL(filePath: file))
        return file
    }

    /// Writes a text file in it, with its directories, and returns its path.
    @discardableResult
    package func write(_ text: String, to name: String) throws -> String { try write(text.utf8, to: name) }
}
