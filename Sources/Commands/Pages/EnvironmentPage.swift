import Model

/// What `slipway env show` shows. Pure.
struct EnvironmentPage: Sendable {
    let style: Style
    let now: Timestamp

    /// One environment with everything that is known of it.
    func environment(_ status: EnvironmentStatus) -> String {
        var lines = [style.paint("\(status.id)", .strong)]
        lines.append(field("kind", status.kind.rawValue + (status.ref.map { ", follows \($0.short)" } ?? "")))
        lines.append(field("health", status.health.rawValue, Self.colour(of: status.health), status.healthReason))
        lines.append(field("progress", status.progress.rawValue, Self.colour(of: status.progress), status.reason))
        lines += runs(status)
        for url in status.urls { lines.append(field("url", url)) }
        for service in status.services {
            let count = "\(service.running) of \(service.wanted) running"
            lines.append(field("service", "\(service.name), \(count), image \(service.image.description.prefix(19))"))
            lines += service.containers.map { "               " + clean($0) }
        }
        for gate in status.gates {
            lines.append(field("waits for", "\(gate.kind.rawValue): \(gate.blocker)"))
            if let remedy = gate.remedy { lines.append(Self.indent + clean(remedy)) }
        }
        if let hold = status.hold {
            lines.append(field("held", "\(hold.reason) (\(TimeText.ago(hold.since, now: now)))"))
            lines.append(Self.indent + "'slipway resume \(status.id.project) \(status.id.name)' lifts it")
        }
        if let expires = status.expires {
            lines.append(field("expires", "in \(TimeText.left(expires.since(now))), unless it is pushed to"))
        }
        if let deployment = status.deployment { lines += self.deployment(deployment) }
        return lines.map { $0 + "\n" }.joined()
    }

    private func runs(_ status: EnvironmentStatus) -> [String] {
        var lines: [String] = []
        let since = status.since.map { ", since \(TimeText.ago($0, now: now))" } ?? ""
        let release = status.release.map { ", release \($0.short)" } ?? ""
        lines.append(field("runs", status.commit.map { "commit \($0)\(release)\(since)" } ?? "nothing yet"))
        if let wanted = status.wanted { lines.append(field("wanted", "commit \(wanted)")) }
        return lines
    }

    private func deployment(_ deployment: Deployment) -> [String] {
        let took = HistoryPage.took(deployment, now: now).map { " in \($0)" } ?? ""
        var lines = [
            field(
                "deployment",
                "\(deployment.number), \(deployment.state.rawValue)\(took), commit \(deployment.commit.short), "
                    + (deployment.built ? "built" : "nothing was built")),
            Self.indent + clean(deployment.cause),
        ]
        for step in deployment.steps {
            let time = step.endedAt.map { TimeText.short($0.since(step.startedAt)) } ?? "…"
            let outcome = step.outcome.map { ": \(clean($0))" } ?? ""
            lines.append(
                Self.indent + time + String(repeating: " ", count: max(1, 8 - time.count)) + clean(step.name) + outcome)
        }
        if let failure = deployment.failure { lines += Self.failure(failure, style) }
        return lines
    }

    /// A failure with its hint and the last lines of output.
    static func failure(_ failure: FailureRecord, _ style: Style) -> [String] {
        var lines = ["  " + style.paint("failed", .bad) + "       " + clean(failure.message)]
        if let hint = failure.hint { lines.append(indent + clean(hint)) }
        return lines + failure.output.map { indent + "| " + clean($0) }
    }

    private static let indent = String(repeating: " ", count: 15)

    private func field(
        _ name: String, _ value: String, _ colour: Style.Colour? = nil, _ more: String? = nil
    ) -> String {
        let gap = String(repeating: " ", count: max(1, 13 - name.count))
        let rest = more.map { ": \(clean($0))" } ?? ""
        return "  " + style.paint(name, .faint) + gap + style.paint(clean(value), colour) + rest
    }

    /// The colour of a health.
    static func colour(of health: EnvironmentStatus.Health) -> Style.Colour? {
        switch health {
        case .healthy: .good
        case .degraded, .unknown: .attention
        case .failing: .bad
        case .asleep, .stopped: .faint
        }
    }

    /// The colour of a progress.
    static func colour(of progress: EnvironmentStatus.Progress) -> Style.Colour? {
        switch progress {
        case .current: nil
        case .deploying, .waiting, .held, .deleting: .attention
        case .orphaned: .faint
        case .failed: .bad
        }
    }
}
