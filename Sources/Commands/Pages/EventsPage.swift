import Model

/// What `slipway events` shows. Pure.
struct EventsPage: Sendable {
    let style: Style

    /// Events, oldest first.
    func events(_ events: [DaemonEvent]) -> String {
        events.isEmpty ? "no events yet\n" : events.map(line).joined()
    }

    /// One event as a line, for a listing and for following alike.
    func line(_ event: DaemonEvent) -> String {
        let place = [event.project?.rawValue, event.environment?.rawValue].compactMap(\.self).joined(separator: "/")
        let kind = clean(event.kind)
        let parts = [
            style.paint(TimeText.clock(event.at), .faint), style.paint(place.isEmpty ? "daemon" : place, .strong),
            style.paint(kind, Self.colour(of: kind)), clean(event.message),
        ]
        return parts.joined(separator: "  ") + "\n"
    }

    private static func colour(of kind: String) -> Style.Colour? {
        if kind.hasSuffix(".live") { return .good }
        let isBad = [".failed", ".rejected", ".unreachable", ".invalid"].contains { kind.hasSuffix($0) }
        return isBad ? .bad : nil
    }
}
