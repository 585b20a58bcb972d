import HTTPServer
import Model
import Synchronization

/// An answer that is streamed from its first piece on, and may be a problem instead until then.
final class StreamedAnswer: Sendable {
    private enum State {
        case waiting(Responder)
        case open(BodyWriter)
        case over
    }

    private let state: Mutex<State>
    private let contentType: String

    /// How much may wait for a slow reader: a whole build log, which is read faster than it can be sent.
    private static let byteLimit = 16 * 1024 * 1024

    init(_ responder: Responder, contentType: String) {
        state = Mutex(.waiting(responder))
        self.contentType = contentType
    }

    /// Begins the stream, unless it has begun.
    func open() { withWriter { _ in } }

    /// Sends a piece.
    func write(_ piece: [UInt8]) { withWriter { $0.write(piece) } }

    /// Ends the stream well.
    func finish() {
        withWriter { $0.finish() }
        state.withLock { $0 = .over }
    }

    /// Ends it with a problem: as the answer if nothing was sent, else as its last line.
    func fail(_ problem: RequestProblem, lastLine: (RequestProblem) -> String) {
        let responder = state.withLock { state -> Responder? in
            guard case .waiting(let responder) = state else { return nil }
            state = .over
            return responder
        }
        if let responder {
            responder.answer(Answers.problem(problem))
        } else {
            write(Array(lastLine(problem).utf8))
            finish()
        }
    }

    private func withWriter(_ body: (BodyWriter) -> Void) {
        state.withLock { state in
            switch state {
            case .over: return
            case .open(let writer): body(writer)
            case .waiting(let responder):
                let fields = Answers.streamFields(contentType)
                let writer = responder.stream(status: 200, fields: fields, byteLimit: Self.byteLimit)
                state = .open(writer)
                body(writer)
            }
        }
    }
}
