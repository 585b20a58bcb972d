import Model

/// What `slipway notifications` shows. Pure.
struct NotificationsPage: Sendable {
    let style: Style
    let now: Timestamp

    /// Notices, as they come.
    func list(_ notices: [Notice]) -> String {
        if notices.isEmpty { return Self.none }
        var table = Table(
            "NUMBER", "TO", "STATE", "SENT", "NEXT", "ENVIRONMENT", "OUTCOME", "COMMIT", "ENDED", "LAST ANSWER")
        for notice in notices {
            table.add(
                .init("\(notice.number)"), .init(notice.subscriber, .strong),
                .init(notice.state.rawValue, Self.colour(of: notice.state)), .init("\(notice.attempts)×"),
                .init(next(notice)), .init("\(notice.environment)"), .init(notice.outcome.rawValue),
                .init(notice.commit.short),
                .init(TimeText.ago(notice.endedAt, now: now)), .init(notice.answer ?? "-"))
        }
        return table.rendered(style)
    }

    /// When it is sent, or sent again.
    private func next(_ notice: Notice) -> String {
        guard notice.state == .pending, let due = notice.dueAt else { return "-" }
        return due <= now ? "now" : "in \(TimeText.left(due.since(now)))"
    }

    private static func colour(of state: Notice.State) -> Style.Colour? {
        switch state {
        case .pending: nil
        case .delivered: .good
        case .failed: .bad
        case .dropped: .attention
        }
    }

    static let none =
        "no notices yet: whoever the configuration names under 'notifications' is told when a deployment ends\n"
        + "  notifications:\n    - { kind: slack, url: { file: /etc/slipway/secrets/slack } }\n"
}
