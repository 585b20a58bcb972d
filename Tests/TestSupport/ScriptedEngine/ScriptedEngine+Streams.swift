import Lifecycle
import Model
import Synchronization

/// Whoever reads the engine's events.
final class ScriptedWatchers: Sendable {
    private struct Watcher {
        let connection: ScriptedConnection
        let labels: [String]
    }

    private struct State {
        var watchers: [Int: Watcher] = [:]
        var next = 0
    }

    private let state = Mutex(State())

    func add(_ connection: ScriptedConnection, labels: [String]) -> Int {
        state.withLock { state in
            state.next += 1
            state.watchers[state.next] = Watcher(connection: connection, labels: labels)
            return state.next
        }
    }

    func remove(_ number: Int) { state.withLock { _ = $0.watchers.removeValue(forKey: number) } }

    /// Tells everyone who wants to know.
    func tell(_ event: [UInt8], labels: [String: String]) {
        state.withLock { state in
            for watcher in state.watchers.values where ScriptedEngine.hasLabels(labels, watcher.labels) {
                watcher.connection.piece(event)
            }
        }
    }
}

extension ScriptedEngine {
    func events(_ request: ScriptedRequest, _ connection: ScriptedConnection) {
        let labels = (try? Self.filters(request)["label"]) ?? []
        connection.begin()
        let number = watchers.add(connection, labels: labels)
        while connection.isOpen(after: .milliseconds(500)) {}
        watchers.remove(number)
        connection.shut()
    }

    /// The frames of a container's log; `follow` goes on until the container ends.
    func logs(
        of reference: String, _ request: ScriptedRequest, _ connection: ScriptedConnection
    ) throws(Refusal) {
        func now() -> ScriptedWorld.Container? { world.withLock { $0.container(reference) } }
        guard let container = now() else { throw Refusal(status: 404, message: "no such container") }
        var start = 0
        if let tail = request.query["tail"].flatMap({ Int($0) }) {
            let lines = container.log.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            let kept = lines.suffix(tail + (container.log.last == UInt8(ascii: "\n") ? 1 : 0))
            start = kept.first?.startIndex ?? container.log.count
        }
        connection.begin("application/vnd.docker.raw-stream")
        let follows = ["1", "true"].contains(request.query["follow"])
        while true {
            let current = now()
            if let log = current?.log, log.count > start {
                guard connection.piece(Self.frame(log[start...])) else { return }
                start = log.count
            }
            guard follows, current?.isRunning == true, connection.isOpen(after: .milliseconds(10)) else { break }
        }
        connection.piece([])
    }

    private static func frame(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        let size = UInt32(bytes.count)
        return [1, 0, 0, 0] + (0..<4).map { UInt8(truncatingIfNeeded: size >> (24 - 8 * $0)) } + bytes
    }

    /// Has a running container write something.
    package func write(_ text: String, by reference: String) {
        world.withLock { world in
            guard let found = world.container(reference) else { return }
            world.containers[found.id]?.log += Array(text.utf8)
        }
    }
}
