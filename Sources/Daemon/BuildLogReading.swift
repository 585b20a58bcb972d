import Glibc
import Lifecycle

/// Reads the log of a build in pieces, and goes on while it grows.
struct BuildLogReading: Sendable {
    let path: String

    private static let pool = BlockingPool(name: "slipway.build-log", width: 4)
    private static let pieceBytes = 64 << 10
    /// The time between two looks at a file that grows.
    private static let pause = Duration.milliseconds(100)

    /// Hands over what there is; with `follow`, what comes as well, until the build has ended or the task is cancelled.
    func read(
        follow: Bool, onPiece: @escaping @Sendable ([UInt8]) -> Void, hasEnded: () async -> Bool
    ) async {
        var offset = 0
        while !Task.isCancelled {
            // Asked before reading: what is written until then is read below.
            let isLast = follow ? await hasEnded() : true
            while let piece = await piece(at: offset), !piece.isEmpty {
                offset += piece.count
                onPiece(piece)
            }
            if isLast { return }
            await Wake().wait(until: .after(Self.pause))
        }
    }

    private func piece(at offset: Int) async -> [UInt8]? {
        let path = self.path
        return await Self.pool.run {
            let descriptor = open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { return nil }
            defer { close(descriptor) }
            var buffer = [UInt8](repeating: 0, count: Self.pieceBytes)
            let count = pread(descriptor, &buffer, buffer.count, off_t(offset))
            return count > 0 ? Array(buffer[..<count]) : nil
        }
    }
}
