import Synchronization

/// The one answer to one request, given once, from any thread.
///
/// Owned by whoever answers. When it is dropped without an answer, the request is answered 500.
package final class Responder: Sendable {
    private let connection: Connection
    private let request: UInt64
    private let isAnswered = Atomic(false)

    init(connection: Connection, request: UInt64) {
        self.connection = connection
        self.request = request
    }

    deinit {
        guard !isAnswered.load(ordering: .relaxed) else { return }
        connection.answer(.text(500, "the request was not answered"), to: request)
    }

    /// Answers; only the first answer counts.
    package func answer(_ response: Response) {
        guard !isAnswered.exchange(true, ordering: .relaxed) else { return }
        connection.answer(response.isWellFormed ? response : .text(500, "the answer was malformed"), to: request)
    }

    /// Answers with a body that is written bit by bit, of unknown length.
    ///
    /// - Parameter byteLimit: how much may wait for a slow reader before the stream is broken off.
    package func stream(status: Int, fields: [RequestHead.Field], byteLimit: Int) -> BodyWriter {
        let head = Response(status: status, fields: fields)
        if !isAnswered.exchange(true, ordering: .relaxed), head.isWellFormed {
            connection.stream(head, byteLimit: byteLimit, to: request)
        }
        return BodyWriter(connection: connection, request: request)
    }

    /// Calls the handler when the client is gone, or the server stops, before the answer was taken in full.
    /// At once when that has happened already; never when the answer goes well.
    package func onDisconnect(_ handler: @escaping @Sendable () -> Void) {
        connection.onDisconnect(handler, of: request)
    }
}

/// The writing end of a streamed body; safe to use from any thread, and after the client is gone.
package struct BodyWriter: Sendable {
    private let connection: Connection
    private let request: UInt64

    init(connection: Connection, request: UInt64) {
        self.connection = connection
        self.request = request
    }

    /// Appends bytes without waiting; false when the stream is over: finished, broken off or left by its reader.
    @discardableResult
    package func write(_ bytes: [UInt8]) -> Bool {
        bytes.isEmpty || connection.write(bytes, to: request)
    }

    /// Ends the body well.
    package func finish() { connection.finish(request) }
}
