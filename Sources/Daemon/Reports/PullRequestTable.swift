import Model

/// What the comment on a pull request says of its previews: how far they are, their services, and why not. Pure.
enum PullRequestTable {
    /// How many lines of output are shown.
    private static let outputLimit = 20

    /// The lines about these environments.
    static func lines(_ environments: [EnvironmentStatus]) -> [String] {
        var lines = environments.flatMap { [headline($0), ""] }
        let rows = environments.flatMap(rows)
        if !rows.isEmpty {
            lines += ["| service | state | commit | took | address |", "|---|---|---|---|---|"] + rows
        }
        return lines + environments.flatMap(whyNot)
    }

    private static func headline(_ environment: EnvironmentStatus) -> String {
        let commit =
            (environment.wanted ?? environment.deployment?.commit ?? environment.commit)
            .map { " — `\($0.short)`" } ?? ""
        let running = environment.commit.map { "; `\($0.short)` keeps running" } ?? ""
        let words: String
        switch environment.progress {
        case _ where environment.health == .stopped: words = "**stopped**\(commit)"
        case .current:
            let live = environment.commit.map { " — `\($0.short)`" } ?? ""
            words = "**live**\(live)" + (took(environment).map { ", \($0)" } ?? "")
        case .deploying:
            let phase = environment.deployment.map(ReportPlan.phase) ?? "deploying"
            words = "**\(CommentText.plain(phase))**\(commit)"
        case .failed:
            let failed = environment.deployment.map { " — `\($0.commit.short)`" } ?? ""
            let time = environment.deployment.flatMap { deployment in
                deployment.endedAt.map { " after \(seconds(from: deployment.queuedAt, to: $0)) s" }
            }
            words = "**failed**\(failed)\(time ?? "")\(running)"
        case .waiting, .held, .orphaned, .deleting: words = "**\(environment.progress.rawValue)**\(commit)"
        }
        let hasAddress = environment.services.contains { $0.url != nil }
        let address = hasAddress ? nil : environment.urls.first.map { " — \(CommentText.link($0))" }
        return "\(CommentText.plain("\(environment.id.name)")): \(words)\(address ?? "")"
    }

    private static func rows(_ environment: EnvironmentStatus) -> [String] {
        environment.services.map { service in
            let commit = environment.commit.map { "`\($0.short)`" } ?? "—"
            let address = service.url.map(CommentText.link) ?? "—"
            return "| \(CommentText.plain(service.name)) | \(state(of: service, in: environment)) | \(commit) "
                + "| \(took(environment) ?? "—") | \(address) |"
        }
    }

    private static func state(
        of service: EnvironmentStatus.ServiceStatus, in environment: EnvironmentStatus
    ) -> String {
        if environment.health == .asleep || environment.health == .stopped { return environment.health.rawValue }
        if service.running == service.wanted { return "running" }
        return service.running == 0 ? "**not running**" : "\(service.running) of \(service.wanted) running"
    }

    private static func took(_ environment: EnvironmentStatus) -> String? {
        guard let deployment = environment.deployment, deployment.commit == environment.commit,
            let liveAt = deployment.liveAt
        else { return nil }
        let time = seconds(from: deployment.queuedAt, to: liveAt)
        return deployment.built ? "built in \(time) s" : "without a build, \(time) s"
    }

    private static func seconds(from start: Timestamp, to end: Timestamp) -> Int64 {
        max(0, end.since(start).components.seconds)
    }

    /// Why it is not live, with the last lines of output.
    private static func whyNot(_ environment: EnvironmentStatus) -> [String] {
        switch environment.progress {
        case .failed:
            guard let failure = environment.deployment?.failure else { return [] }
            let output = CommentText.block(Array(failure.output.suffix(outputLimit)))
            return ["", CommentText.plain(failure.message)] + (output.isEmpty ? [] : [""] + output)
                + (failure.hint.map { ["", CommentText.plain($0)] } ?? [])
        case .waiting, .held, .orphaned: return ["", CommentText.plain(environment.reason)]
        case .current, .deploying, .deleting: return []
        }
    }
}
