import ContainerEngine
import Model
import Synchronization

/// What containers wrote.
enum ContainerOutput {
    /// How much of the end of an output is looked at for its last lines.
    private static let byteLimit = 64 << 10

    /// The last lines of a container's output, safe to print; none where it cannot be read.
    ///
    /// Runs to its end even when the surrounding task is cancelled: the container is about to be removed.
    static func lastLines(of container: String, count: Int, engine: any EngineCalls) async -> [String] {
        let bytes = ByteTail(limit: byteLimit)
        // The lines go into a failure that has its own cause: that they cannot be read must not hide it.
        try? await engine.logs(container: container, tail: count, follow: false) { bytes.append($0) }
        return lines(in: bytes.value).suffix(count)
    }

    /// The lines of an output, with whatever cannot be printed escaped; carriage returns at their ends dropped.
    static func lines(in bytes: [UInt8]) -> [String] {
        bytes.split(separator: UInt8(ascii: "\n")).map { line in
            var line = line
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            return printable(line)
        }
    }
}

/// The end of a stream of bytes.
final class ByteTail: Sendable {
    private let bytes = Mutex<[UInt8]>([])
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    var value: [UInt8] { bytes.withLock { $0 } }

    func append(_ piece: [UInt8]) {
        bytes.withLock { bytes in
            bytes += piece
            if bytes.count > limit { bytes.removeFirst(bytes.count - limit) }
        }
    }
}
