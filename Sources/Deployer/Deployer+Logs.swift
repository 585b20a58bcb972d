import ContainerEngine
package import Model
import Synchronization

extension Deployer {
    /// The output of an environment's containers, in pieces; lines carry the container's name where there are several.
    ///
    /// Ends when every container has ended, or without `follow` at the end of what there is.
    ///
    /// - Parameter service: only this service's; nil: all.
    package func logs(
        of id: EnvironmentID, service: String?, tail: Int, follow: Bool,
        onPiece: @escaping @Sendable ([UInt8]) -> Void
    ) async throws(StageFailure) {
        let containers = try await observe(id).containers.filter { service == nil || $0.labels.service == service }
        let engine = engine
        let isPrefixed = containers.count > 1
        let failure = await withTaskGroup(of: StageFailure?.self) { group in
            for container in containers {
                group.addTask {
                    let lines = LinePrefixer(prefix: isPrefixed ? Self.prefix(of: container) : nil, onPiece: onPiece)
                    do throws(EngineError) {
                        try await engine.logs(container: container.name, tail: tail, follow: follow) { lines.take($0) }
                        lines.finish()
                        return nil
                    } catch {
                        return .engine(error, "the output of \(container.name) cannot be read")
                    }
                }
            }
            var first: StageFailure?
            for await failure in group { first = first ?? failure }
            return first
        }
        if let failure { throw failure }
    }

    /// `web-1 | `, with the release's digits where several releases run.
    private static func prefix(of container: ObservedContainer) -> String {
        let parts = [
            container.labels.service, container.labels.release?.short, container.labels.replica.map(String.init),
        ]
        return parts.compactMap { $0 }.joined(separator: "-") + " | "
    }
}

/// Cuts pieces into lines and puts a name before each, so that the lines of several containers can be told apart.
final class LinePrefixer: Sendable {
    private let prefix: [UInt8]?
    private let onPiece: @Sendable ([UInt8]) -> Void
    private let rest = Mutex<[UInt8]>([])

    /// A line longer than this is cut, so that one without an end cannot fill the memory.
    private static let lineLimit = 16 << 10

    /// - Parameter prefix: nil passes pieces on as they are.
    init(prefix: String?, onPiece: @escaping @Sendable ([UInt8]) -> Void) {
        self.prefix = prefix.map { Array($0.utf8) }
        self.onPiece = onPiece
    }

    /// Takes the next piece.
    func take(_ piece: [UInt8]) {
        guard let prefix else { return onPiece(piece) }
        let lines = rest.withLock { rest -> [UInt8] in
            rest += piece
            var lines: [UInt8] = []
            while true {
                let end = rest.firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 }
                guard let cut = end ?? (rest.count >= Self.lineLimit ? rest.count : nil) else { break }
                lines += prefix + rest[..<cut] + (end == nil ? [UInt8(ascii: "\n")] : [])
                rest.removeSubrange(..<cut)
            }
            return lines
        }
        if !lines.isEmpty { onPiece(lines) }
    }

    /// Hands out what came behind the last line feed.
    func finish() {
        guard let prefix else { return }
        let last = rest.withLock { rest in
            defer { rest = [] }
            return rest
        }
        if !last.isEmpty { onPiece(prefix + last + [UInt8(ascii: "\n")]) }
    }
}
