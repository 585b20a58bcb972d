import FoundationEssentials
import HTTPClient
import Lifecycle
import Model

extension EngineClient {
    /// Hands out what a container wrote, standard output and standard error as they come.
    ///
    /// Following on Podman 4.3 may miss what a container wrote just before it ended (its reader stops at the end of the
    /// file as it was when the container died): ask once more without following where the last words matter.
    ///
    /// - Parameters:
    ///   - tail: how many lines of what is there already; nil: all of it.
    ///   - follow: whether to go on until the container ends or the task is cancelled.
    ///   - onChunk: called on a thread of the client; must not block for long. Chunks need not end with lines.
    package func logs(
        container: String, tail: Int?, follow: Bool, onChunk: @escaping @Sendable ([UInt8]) -> Void
    ) async throws(EngineError) {
        let query = [
            ("stdout", "1"), ("stderr", "1"), ("follow", follow ? "1" : "0"), ("timestamps", "0"),
            ("tail", tail.map { String($0) } ?? "all"),
        ]
        var ask = Ask(
            "GET", "/containers/\(percentEncoded(container))/logs", query: query.map { (name: $0.0, value: $0.1) })
        ask.timeout = follow ? Self.forever : Limit.shortCall
        try await open(ask, on: followers) {
            var frames = LogFrames()
            return { (piece: [UInt8]) throws in
                for chunk in try frames.take(piece) { onChunk(chunk) }
            }
        }
    }

    /// Hands out what happens to containers that have every one of the labels, until the task is cancelled or the
    /// engine ends the stream.
    ///
    /// What happens while nobody listens is not told later: list after `onConnected`, and after every reconnection.
    ///
    /// - Parameters:
    ///   - onConnected: called once events are being told.
    ///   - onEvent: called on a thread of the client; must not block for long.
    package func events(
        labels: [String: String], onConnected: @escaping @Sendable () -> Void = {},
        onEvent: @escaping @Sendable (EngineEvent) -> Void
    ) async throws(EngineError) {
        let filter = try JSON.filter(labels: labels, ["type": ["container"]], for: "/events")
        var ask = Ask("GET", "/events", query: [("filters", filter)])
        ask.timeout = Self.forever
        try await open(ask, on: watches, onConnected: onConnected) {
            var lines = JSONLines()
            return { (piece: [UInt8]) throws in
                for line in try lines.take(piece) {
                    onEvent(try JSONDecoder().decode(EventMessage.self, from: Data(line)).value)
                }
            }
        }
    }

    /// Longer than anything lasts, for streams that only cancellation ends.
    static var forever: Duration { .seconds(100 * 365 * 86_400) }

    /// Performs a call whose 2xx answer is a stream of JSON objects and hands out each.
    func stream<Message: Decodable>(
        _ ask: Ask, on pool: BlockingPool, onMessage: @escaping @Sendable (Message) throws(EngineError) -> Void
    ) async throws(EngineError) {
        try await open(ask, on: pool) {
            var lines = JSONLines()
            return { (piece: [UInt8]) throws in
                for line in try lines.take(piece) {
                    try onMessage(JSONDecoder().decode(Message.self, from: Data(line)))
                }
            }
        }
    }

    /// Performs a call on a connection of its own and hands out its 2xx answer piece by piece.
    ///
    /// - Parameter makeSink: called on the pool's thread, once; what it returns gets the pieces there.
    private func open(
        _ ask: Ask, on pool: BlockingPool, onConnected: @escaping @Sendable () -> Void = {},
        _ makeSink: @escaping @Sendable () -> ([UInt8]) throws -> Void
    ) async throws(EngineError) {
        let prefix = try await dialect().prefix
        try await admit(ask)
        let deadline = Deadline.after(ask.timeout)
        let cancellation = Cancellation()
        try await pool.run(onCancel: cancellation.cancel) { [self] () throws(EngineError) in
            var request = ask.request(socketPath: socketPath, prefix: prefix)
            request.timeout = deadline.remaining
            try receive(request, of: ask, cancellation: cancellation, onConnected: onConnected, makeSink())
        }
    }

    /// Performs a request on a connection of its own and hands out its 2xx answer piece by piece. Blocks its thread.
    func receive(
        _ request: HTTPRequest, of ask: Ask, cancellation: Cancellation,
        onConnected: @Sendable @escaping () -> Void = {},
        _ sink: @escaping ([UInt8]) throws -> Void
    ) throws(EngineError) {
        var request = request
        request.keepsConnection = false
        let response: HTTPResponse
        do throws(HTTPClientError) {
            var session = try HTTPSession()
            response = try session.perform(
                request, cancellation: cancellation,
                onHead: { status, _ in if (200..<300).contains(status) { onConnected() } }, onChunk: sink)
        } catch {
            // What a sink threw of this client's own is the error; anything else it threw came from the caller.
            if let inner = error.cause as? EngineError { throw inner }
            throw ask.failure(error)
        }
        _ = try ask.checked(response)
    }
}
