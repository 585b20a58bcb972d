import Glibc

/// Files that are read whole because they are small.
enum SmallFile {
    /// Why a file was not read.
    enum Failure: Error {
        /// The system refused; with errno.
        case refused(Int32)
        /// It is a directory, a device or a pipe.
        case notRegular
        /// It is longer than allowed.
        case tooLong(Int)
        /// Others than its owner and group may read it.
        case readableByAll
        /// Others than its owner and group may change it.
        case writableByAll

        /// The failure as a problem with the file.
        func problem(with path: String) -> Problem {
            let (message, hint): (String, String?) =
                switch self {
                case .refused(let code): ("cannot be read: \(String(cString: strerror(code)))", hint(for: code))
                case .notRegular: ("is no regular file", nil)
                case .tooLong(let limit): ("is longer than \(limit) bytes", nil)
                case .writableByAll: ("can be changed by everybody on this machine", "chmod o-w \(quote(path))")
                case .readableByAll: ("can be read by everybody on this machine", "chmod 0600 \(quote(path))")
                }
            return Problem(file: quote(path), line: 0, column: 0, path: "", message: message, hint: hint)
        }

        private func hint(for code: Int32) -> String? {
            switch code {
            case ENOENT: "check the path"
            case EACCES: "the daemon's user must be allowed to read it, and to pass every directory above it"
            default: nil
            }
        }
    }

    /// The bytes of a regular file that not everybody may change or, with `isSecret`, read.
    static func read(_ path: String, byteLimit: Int, isSecret: Bool = false) throws(Failure) -> [UInt8] {
        // O_NONBLOCK: a named pipe in place of the file must not hold us up; it has no effect on a regular one.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw .refused(errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .refused(errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notRegular }
        if isSecret, status.st_mode & S_IROTH != 0 { throw .readableByAll }
        if status.st_mode & S_IWOTH != 0 { throw .writableByAll }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw .refused(errno)
            }
            if count == 0 { return bytes }
            guard bytes.count + count <= byteLimit else { throw .tooLong(byteLimit) }
            bytes += buffer[..<count]
        }
    }
}
