import Model

/// What `slipway history` and `slipway builds` show. Pure.
struct HistoryPage: Sendable {
    let style: Style
    let now: Timestamp

    /// Deployments, newest first.
    func deployments(_ deployments: [Deployment], of project: ProjectName) -> String {
        if deployments.isEmpty {
            return "no deployments yet: push a commit, or see 'slipway status \(project)' for what is waited for\n"
        }
        var table = Table("NUMBER", "ENVIRONMENT", "COMMIT", "RELEASE", "STATE", "ASKED", "TOOK", "CAUSE")
        for deployment in deployments {
            let cause = deployment.cause + (deployment.failure.map { ": \($0.message)" } ?? "")
            table.add(
                .init("\(deployment.number)"), .init(deployment.environment.name.rawValue),
                .init(deployment.commit.short), .init(deployment.release?.short ?? "-"),
                .init(deployment.state.rawValue, Self.colour(of: deployment.state)),
                .init(TimeText.ago(deployment.queuedAt, now: now)), .init(Self.took(deployment, now: now) ?? "-"),
                .init(cause))
        }
        return table.rendered(style)
    }

    /// Builds, newest first.
    func builds(_ builds: [BuildRecord], of project: ProjectName) -> String {
        if builds.isEmpty {
            return "no builds yet: 'slipway status \(project)' says what is waited for\n"
        }
        var table = Table("NUMBER", "SERVICE", "COMMIT", "STARTED", "TOOK", "RESULT")
        for build in builds {
            table.add(
                .init("\(build.number)"), .init(build.service), .init(build.commit.short),
                .init(TimeText.ago(build.startedAt, now: now)),
                .init(TimeText.short((build.endedAt ?? now).since(build.startedAt))), Self.result(of: build))
        }
        return table.rendered(style)
    }

    private static func result(of build: BuildRecord) -> Table.Cell {
        if let failure = build.failure { return .init("failed: \(failure.message)", .bad) }
        if let image = build.image { return .init(String(image.description.prefix(19)), .good) }
        return build.endedAt == nil ? .init("building", .attention) : .init("gave up")
    }

    /// How long a deployment took until it was live or ended, or has taken so far.
    static func took(_ deployment: Deployment, now: Timestamp) -> String? {
        let end = deployment.liveAt ?? deployment.endedAt ?? (deployment.state.isFinal ? nil : now)
        return end.map { TimeText.short($0.since(deployment.queuedAt)) }
    }

    private static func colour(of state: DeploymentState) -> Style.Colour? {
        switch state {
        case .queued, .building, .preparing, .starting, .switching: .attention
        case .live: .good
        case .replaced, .superseded, .cancelled: .faint
        case .failed: .bad
        }
    }
}
