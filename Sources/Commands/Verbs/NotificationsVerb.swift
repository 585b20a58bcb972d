import Model

/// `slipway notifications`
enum NotificationsVerb {
    private static let count = 20
    private static let replay = Flag("replay", value: "NUMBER", "send that one once more, under the same id")

    static let verb = Verb(
        "notifications", .look, "who was told what, newest first, and one of it once more",
        flags: [replay, .limit(count), .json, .socket],
        details: [
            "Who is told is in the daemon's configuration, under 'notifications'. A notice is pending, delivered, failed or"
                + " dropped; it is sent five times at most."
        ],
        examples: [
            .init("notifications", "the last notices, and what was answered"),
            .init("notifications --replay 42", "send number 42 again"),
        ]
    ) { invocation async throws(CommandProblem) in
        let page = NotificationsPage(style: invocation.screen.style, now: invocation.context.now())
        let asJSON = invocation.has(.json)
        if invocation.has(replay) {
            let number = try invocation.count(replay, default: 1)
            let path = APIPath.notifications.adding("\(number)").adding("replay")
            let answer = try await invocation.client.act(Notice.self, path)
            invocation.screen.show(answer, asJSON: asJSON) { notice in
                "\(notice.number) is sent once more to \(notice.subscriber); 'slipway notifications' shows what comes of it\n"
            }
            return ExitCode.done
        }
        let limit = try invocation.count(.limit(count), default: count)
        let answer = try await invocation.client.get(
            [Notice].self, APIPath.notifications.asking("limit", "\(limit)"))
        invocation.screen.show(answer, asJSON: asJSON) { page.list($0) }
        return ExitCode.done
    }
}
