import Model

/// What `slipway project list`, `project show` and `project hooks` show. Pure.
struct ProjectPage: Sendable {
    let style: Style
    let now: Timestamp

    /// A line for each project.
    func list(_ projects: [ProjectStatus]) -> String {
        if projects.isEmpty { return StatusPage.noProjects }
        var table = Table("PROJECT", "ENVIRONMENTS", "WEBHOOK", "LOOKED AT", "REPOSITORY")
        for project in projects {
            table.add(
                .init(project.name.rawValue, .strong), .init("\(project.environments.count)"),
                .init(project.webhook?.state.rawValue ?? "-", project.webhook.flatMap { Self.colour(of: $0.state) }),
                .init(project.listedAt.map { TimeText.ago($0, now: now) } ?? "-"), .init(project.remote))
        }
        return table.rendered(style)
    }

    /// Everything about one project.
    func project(_ project: ProjectStatus) -> String {
        var text = StatusPage(style: style, now: now).project(project)
        if let host = project.host { text += "host: \(clean(host.name))\n" }
        if let webhook = project.webhook { text += "webhook: " + lines(webhook) }
        return text
    }

    /// A line for each webhook, and what to do about those that are not active.
    func hooks(_ hooks: [WebhookStatus]) -> String {
        if hooks.isEmpty { return StatusPage.noProjects }
        var table = Table("PROJECT", "LAST DELIVERY", "WEBHOOK")
        for hook in hooks {
            table.add(
                .init(hook.project.rawValue, .strong),
                .init(hook.lastDeliveryAt.map { TimeText.ago($0, now: now) } ?? "-"),
                .init(hook.summary, Self.colour(of: hook.state)))
        }
        return table.rendered(style)
            + hooks.filter { $0.state != .active && $0.remedy != nil }.map { hook in
                "\(hook.project): \(remedy(hook))"
            }.joined()
    }

    /// One webhook.
    func hook(_ hook: WebhookStatus) -> String { style.paint(hook.project.rawValue, .strong) + ": " + lines(hook) }

    private func lines(_ hook: WebhookStatus) -> String {
        var text = style.paint(clean(hook.summary), Self.colour(of: hook.state)) + "\n"
        if let url = hook.url { text += "  sends to \(clean(url))\n" }
        text +=
            "  last delivery " + (hook.lastDeliveryAt.map { TimeText.ago($0, now: now) } ?? "never, as far as is known")
            + "\n"
        if let moment = hook.checkedAt { text += "  the host was asked \(TimeText.ago(moment, now: now))\n" }
        return hook.state == .active || hook.remedy == nil ? text : text + "  " + remedy(hook)
    }

    private func remedy(_ hook: WebhookStatus) -> String {
        (hook.remedy ?? "").split(separator: "\n").map { clean(String($0)) }.joined(separator: "\n    ") + "\n"
    }

    /// The colour of a state.
    static func colour(of state: WebhookStatus.State) -> Style.Colour? {
        switch state {
        case .active: .good
        case .notConfigured, .unverified: .attention
        case .misconfigured, .silent: .bad
        }
    }
}
