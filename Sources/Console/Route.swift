import HTTPServer
import Model

/// One thing that can be asked over HTTP, declared once: the dispatch and the description are both made from it.
struct Route: Sendable {
    /// Who may ask.
    enum Audience: Sendable {
        /// Whoever reaches the TCP port.
        case everyone
        /// Whoever may open the Unix socket.
        case local
    }

    /// One parameter of the query.
    struct Parameter: Sendable {
        enum Kind: Sendable {
            case text
            case integer(ClosedRange<Int>)
            case flag
        }
        let name: String
        let kind: Kind
        let summary: String
    }

    /// What the request's body is.
    enum Body: Sendable {
        /// There is none.
        case none
        /// A JSON object of these texts; none at all where none is required.
        case object([Field])
        /// A Git host's delivery, as it comes.
        case delivery
    }

    /// One member of a body.
    struct Field: Sendable {
        let name: String
        let isRequired: Bool
        let summary: String
    }

    /// What a good answer is, for the description.
    enum Answer: Sendable {
        case json(String)
        case text
        case bytes
        case events(String)
        case nothing
        case accepted
    }

    /// One part of the path.
    enum Segment: Sendable, Hashable {
        case fixed(String)
        case variable(String)
    }

    let method: String
    let template: String
    let summary: String
    let audience: Audience
    let parameters: [Parameter]
    let body: Body
    let answer: Answer
    /// Whether it may take long: then it ends when the client leaves or the daemon stops.
    let isLong: Bool
    let segments: [Segment]
    let handle: @Sendable (Call) async throws(RequestProblem) -> Reply

    init(
        _ method: String, _ template: String, _ summary: String, audience: Audience = .local,
        parameters: [Parameter] = [], body: Body = .none, answer: Answer, isLong: Bool = false,
        handle: @escaping @Sendable (Call) async throws(RequestProblem) -> Reply
    ) {
        self.method = method
        self.template = template
        self.summary = summary
        self.audience = audience
        self.parameters = parameters
        self.body = body
        self.answer = answer
        self.isLong = isLong
        self.handle = handle
        segments = template.split(separator: "/").map { part in
            part.hasPrefix("{") ? .variable(String(part.dropFirst().dropLast())) : .fixed(String(part))
        }
    }

    /// The values of the path's variables when the path is this route's; nil when it is not.
    func variables(in path: [String]) -> [String: String]? {
        guard path.count == segments.count else { return nil }
        var found: [String: String] = [:]
        for (segment, part) in zip(segments, path) {
            switch segment {
            case .fixed(let text): guard text == part else { return nil }
            case .variable(let name): found[name] = part
            }
        }
        return found
    }
}

/// What a route's handler wants done.
enum Reply: Sendable {
    /// This value as JSON.
    case value(any Encodable & Sendable)
    /// Nothing more to say.
    case done
    /// This very answer.
    case response(Response)
    /// Text, piece by piece, until the producer returns.
    case text(@Sendable (_ onPiece: @escaping @Sendable ([UInt8]) -> Void) async throws(RequestProblem) -> Void)
    /// Server-sent events until the producer returns.
    case events(@Sendable (_ sink: EventSink) async throws(RequestProblem) -> Void)
}
