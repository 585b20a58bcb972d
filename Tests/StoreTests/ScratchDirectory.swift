import Glibc

/// A directory of one test, removed with everything in it when the value dies.
final class ScratchDirectory: Sendable {
    /// Where it is.
    let path: String

    init() throws {
        var template = Array("/tmp/slipway-store-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw ScratchError(code: errno) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for name in names { unlink("\(path)/\(name)") }
        rmdir(path)
    }

    /// The files in it; none of these tests makes a directory there.
    var names: [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}

struct ScratchError: Error {
    let code: Int32
}
