import Daemon
import GitHosts
import Lifecycle
import Model
import TestSupport

@testable import Console

/// A console that runs beside a test's body, on a port and in a directory of its own.
struct RunningConsole: Sendable {
    let control: FakeControl
    let socketPath: String
    let port: Int
    private let pool = BlockingPool(name: "slipway.test.client", width: 4)

    struct NotListening: Error {}

    /// Runs a console while the body runs, then stops it; throws what either throws.
    static func run(
        _ control: FakeControl = FakeControl(), stop: StopSignal = StopSignal(),
        _ body: @Sendable (RunningConsole) async throws -> Void
    ) async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path(of: "s")
        let ready = Wake()
        let service = ConsoleService(
            control: control, host: "127.0.0.1", port: 0, socketPath: path, deliveryByteLimit: 1000, log: .silent,
            onReady: { ready.ring() })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { ready.ring() }
                try await service.run(until: stop)
            }
            await ready.wait(until: nil)
            defer { stop.raise() }
            guard let port = service.boundPort else { throw NotListening() }
            try await body(RunningConsole(control: control, socketPath: path, port: port))
            stop.raise()
            try await group.waitForAll()
        }
        withExtendedLifetime(directory) {}
    }

    /// An answer taken apart.
    struct Answer: Sendable {
        let status: Int
        let head: String
        let body: String

        var problem: String? { JSONDocument(Array(body.utf8))?.root["detail"]?.string }

        init?(_ text: String?) {
            guard let text, let end = text.firstRange(of: "\r\n\r\n") else { return nil }
            head = text[..<end.lowerBound].lowercased()
            body = String(text[end.upperBound...])
            status = Int(text.dropFirst(9).prefix(3)) ?? 0
        }
    }

    /// Asks over the Unix socket and reads to the end.
    func ask(_ line: String, fields: String = "", body: String = "") async -> Answer? {
        await exchange(RawClient(path: socketPath), line, fields, body)
    }

    /// Asks over TCP and reads to the end.
    func askOverTCP(_ line: String, fields: String = "", body: String = "") async -> Answer? {
        await exchange(RawClient(port: port), line, fields, body)
    }

    /// Sends a request over the Unix socket and leaves the reading to the test.
    func begin(_ line: String) -> RawClient? {
        let client = RawClient(path: socketPath)
        client?.send("\(line) HTTP/1.1\r\nHost: h\r\n\r\n")
        return client
    }

    /// Reads on a thread that may block.
    func read(_ client: RawClient?, until end: String) async -> String? {
        await pool.run { client?.receive(until: end) }
    }

    private func exchange(_ client: RawClient?, _ line: String, _ fields: String, _ body: String) async -> Answer? {
        let length = body.isEmpty ? "" : "Content-Length: \(body.utf8.count)\r\n"
        client?.send("\(line) HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\(fields)\(length)\r\n\(body)")
        return Answer(await pool.run { client?.receiveToEnd() })
    }
}
