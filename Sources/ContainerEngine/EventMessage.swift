import Model

/// One object of the stream of `GET /events`.
struct EventMessage: Decodable {
    let action: String
    let actor: Actor
    let nanoseconds: Int64?
    let seconds: Int64?

    struct Actor: Decodable {
        let id: String
        let attributes: [String: String]?

        enum CodingKeys: String, CodingKey {
            case id = "ID"
            case attributes = "Attributes"
        }
    }

    enum CodingKeys: String, CodingKey {
        case action = "Action"
        case actor = "Actor"
        case nanoseconds = "timeNano"
        case seconds = "time"
    }

    /// The engine mixes labels with attributes of its own; those are not labels.
    private static let ownAttributes: Set<String> = [
        "name", "image", "exitCode", "signal", "containerExitCode", "execID",
    ]

    var value: EngineEvent {
        let attributes = actor.attributes ?? [:]
        // A time that is none must not stop the daemon.
        let (inMilliseconds, isNonsense) = (seconds ?? 0).multipliedReportingOverflow(by: 1000)
        let milliseconds = nanoseconds.map { $0 / 1_000_000 } ?? (isNonsense ? 0 : inMilliseconds)
        return EngineEvent(
            kind: Self.kind(action), containerID: actor.id, name: attributes["name"] ?? "",
            labels: attributes.filter { !Self.ownAttributes.contains($0.key) },
            at: Timestamp(milliseconds: milliseconds),
            // Docker says `exitCode`, Podman 4.3 `containerExitCode`.
            exitCode: (attributes["containerExitCode"] ?? attributes["exitCode"]).flatMap { Int($0) })
    }

    private static func kind(_ action: String) -> EngineEvent.Kind {
        switch action {
        case "create": .created
        case "start": .started
        case "die", "died": .died
        case "stop": .stopped
        case "destroy", "remove": .destroyed
        case "pause", "unpause", "rename": .changed
        default: .other
        }
    }
}
