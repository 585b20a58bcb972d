import Daemon
import HTTPServer
import Lifecycle
import Model

/// Events as they happen, as server-sent events (WHATWG HTML, section 9.2).
struct EventFeed: Sendable {
    private let control: any Control
    private let project: ProjectName?
    private let after: Int64?
    private let backlog: Int

    /// After how long without a change a comment is sent, so that a reader that left is noticed.
    private static let quietLimit = Duration.seconds(15)
    /// How many events are taken at once.
    private static let batch = 500

    /// A feed that begins behind `after`, or behind what a reader says it has seen last.
    init(_ call: Call, project: ProjectName?, after: Int64?, backlog: Int) throws(RequestProblem) {
        control = call.control
        self.project = project
        self.backlog = backlog
        let seen = call.request.head.value("last-event-id")
        guard let seen else {
            self.after = after
            return
        }
        guard let number = Int64(seen), number >= 0 else { throw .invalid("Last-Event-ID: a number is needed") }
        self.after = number
    }

    /// The feed as an answer.
    var reply: Reply {
        .events { sink throws(RequestProblem) in
            var last = after ?? 0
            if after == nil {
                // The newest one at least, to know where to go on from.
                let newest = try await control.events(project: project, after: nil, limit: max(1, backlog))
                for event in newest.suffix(backlog) { sink.send(event) }
                last = newest.last?.sequence ?? 0
            }
            var comment = Deadline.after(Self.quietLimit)
            while !Task.isCancelled {
                let changes = control.changes
                let generation = changes.generation
                let events = try await control.events(project: project, after: last, limit: Self.batch)
                for event in events { sink.send(event) }
                last = events.last?.sequence ?? last
                if !events.isEmpty {
                    comment = .after(Self.quietLimit)
                } else if comment.hasPassed {
                    sink.sendComment()
                    comment = .after(Self.quietLimit)
                }
                if events.count < Self.batch { await changes.wait(after: generation, until: comment) }
            }
        }
    }
}

/// The writing end of a stream of events.
struct EventSink: Sendable {
    let onPiece: @Sendable ([UInt8]) -> Void

    /// Sends one event with its sequence number as its id.
    func send(_ event: DaemonEvent) {
        let head = "id: \(event.sequence)\nevent: \(event.kind)\ndata: "
        onPiece(Array(head.utf8) + Answers.encoded(event) + Array("\n\n".utf8))
    }

    /// Sends something that readers ignore.
    func sendComment() { onPiece(Array(": nothing new\n\n".utf8)) }
}
