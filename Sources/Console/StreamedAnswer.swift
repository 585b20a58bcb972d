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

    /// The two forms of a stream.
    enum Form: Sendable {
        case text
        case events

        fileprivate var contentType: String {
            switch self {
            case .text: "text/plain; charset=utf-8"
            case .events: "text/event-stream"
            }
        }

        /// How a problem is told when the answer has begun.
        fileprivate func lastPiece(_ problem: RequestProblem) -> [UInt8] {
            switch self {
            case .text: Array("slipway: \(problem.detail)\n".utf8)
            case .events: Array("event: problem\ndata: ".utf8) + Answers.encoded(problem) + Array("\n\n".utf8)
            }
        }
    }

    private let state: Mutex<State>
    private let form: Form

    /// How much may wait for a slow reader: a whole build log, which is read faster than it can be sent.
    private static let byteLimit = 16 * 1024 * 1024

    init(_ responder: Responder, _ form: Form) {
        state = Mutex(.waiting(responder))
        self.form = form
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
    func fail(_ problem: RequestProblem) {
        let responder = state.withLock { state -> Responder? in
            guard case .waiting(let responder) = state else { return nil }
            state = .over
            return responder
        }
        if let responder {
            responder.answer(Answers.problem(problem))
        } else {
            write(form.lastPiece(problem))
            finish()
        }
    }

    private func withWriter(_ body: (BodyWriter) -> Void) {
        state.withLock { state in
            switch state {
            case .over: return
            case .open(let writer): body(writer)
            case .waiting(let responder):
                let fields = Answers.streamFields(form.contentType)
                let writer = responder.stream(status: 200, fields: fields, byteLimit: Self.byteLimit)
                state = .open(writer)
                body(writer)
            }
        }
    }
}
