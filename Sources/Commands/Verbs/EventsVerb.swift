import FoundationEssentials
import Model
import Synchronization

/// `slipway events`
enum EventsVerb {
    private static let count = 50

    static let verb = Verb(
        "events", .look, "what happened, oldest first", operands: [.optional("PROJECT")],
        flags: [
            .follow, Flag("limit", short: "n", value: "N", "how many to begin with; \(count) unless given"), .json,
            .socket,
        ],
        details: ["With --json and --follow, a line of JSON for each event."],
        examples: [
            .init("events shop", "the last events of shop"),
            .init("events -f", "everything, as it happens; Ctrl-C ends it"),
        ], run: run)

    private static func run(_ invocation: Invocation) async throws(CommandProblem) -> Int32 {
        let limit = try invocation.count(.limit(count), default: count)
        let project = try invocation.namedProject()
        let path = APIPath.events.asking("project", project?.rawValue).asking("limit", "\(limit)")
        let screen = invocation.screen
        let page = EventsPage(style: screen.style)
        guard invocation.has(.follow) else {
            let answer = try await invocation.client.get([DaemonEvent].self, path)
            screen.show(answer, asJSON: invocation.has(.json)) { page.events($0) }
            return ExitCode.done
        }
        let reader = Mutex(EventStreamReader())
        let asJSON = invocation.has(.json)
        try await invocation.client.stream(path.asking("follow", "1")) { chunk in
            for data in reader.withLock({ $0.take(chunk) }) {
                if asJSON {
                    screen.json(data)
                } else if let event = try? JSONDecoder().decode(DaemonEvent.self, from: Data(data)) {
                    screen.text(page.line(event))
                }
            }
        }
        throw .unreachable(Unreachable(socket: invocation.socketPath, finding: .broken("it ended the stream")))
    }
}
