import Model

/// What a Git host should be told about a project's environments: pure.
enum ReportPlan {
    /// What every context begins with; the environment's name follows.
    static let prefix = "slipway/"

    /// The status of every commit that an environment is busy with, waits for or runs.
    static func statuses(of environments: [EnvironmentStatus]) -> [CommitStatus] {
        environments.compactMap(status)
    }

    /// What must be told now: what differs from what was told last, and what was left open and is past.
    ///
    /// - Parameter told: what was told last, newest first.
    static func due(_ wanted: [CommitStatus], told: [ToldStatus]) -> [CommitStatus] {
        let last = Dictionary(told.map { ($0.status.key, $0.status) }, uniquingKeysWith: { first, _ in first })
        let changed = wanted.filter { last[$0.key] != $0 }
        let current = Dictionary(wanted.map { ($0.context, $0) }, uniquingKeysWith: { first, _ in first })
        let keys = Set(wanted.map(\.key))
        // A status that is never finished blocks a merge for ever.
        let open = last.values.filter { !$0.state.isFinal && !keys.contains($0.key) }
        let closed = open.map { status in
            let successor = current[status.context].map { "superseded by \($0.commit.short)" }
            return CommitStatus(
                commit: status.commit, context: status.context, state: .cancelled,
                summary: successor ?? "given up: the environment is gone", url: nil)
        }
        return closed.sorted { ($0.context, $0.commit) < ($1.context, $1.commit) } + changed
    }

    private static func status(of environment: EnvironmentStatus) -> CommitStatus? {
        let deployment = environment.deployment
        let url = environment.urls.first
        func status(_ commit: ObjectID, _ state: CommitStatus.State, _ summary: String, _ url: String?) -> CommitStatus
        {
            CommitStatus(
                commit: commit, context: prefix + environment.id.name.rawValue, state: state, summary: summary, url: url
            )
        }
        switch environment.progress {
        case .deploying:
            guard let deployment else { return nil }
            return status(
                deployment.commit, deployment.state == .queued ? .pending : .running, phase(of: deployment), nil)
        case .failed:
            guard let deployment, let failure = deployment.failure else { return nil }
            let last = failure.output.last { !$0.allSatisfy(\.isWhitespace) }
            return status(deployment.commit, .failure, failure.message + (last.map { " — \($0)" } ?? ""), nil)
        case .waiting:
            guard let commit = environment.wanted else { return live(environment, url, status) }
            return status(commit, .pending, environment.gates.first?.blocker ?? environment.reason, nil)
        case .current, .held, .orphaned, .deleting:
            return live(environment, url, status)
        }
    }

    /// How far a deployment is, the step in words.
    static func phase(of deployment: Deployment) -> String {
        switch deployment.state {
        case .queued: return "queued"
        case .building:
            let images = deployment.steps.filter { $0.endedAt == nil && $0.name.hasPrefix("build ") }
                .map { $0.name.dropFirst("build ".count) }
            return images.isEmpty ? "building the image" : "building the image of \(images.joined(separator: ", "))"
        case .preparing: return "preparing"
        case .starting: return "starting"
        case .switching: return "switching over"
        case .live, .replaced, .failed, .superseded, .cancelled: return deployment.state.rawValue
        }
    }

    /// How what an environment runs came to be live.
    static func liveWords(_ environment: EnvironmentStatus) -> String {
        guard let deployment = environment.deployment, deployment.commit == environment.commit,
            let liveAt = deployment.liveAt
        else { return "live" }
        let seconds = liveAt.since(deployment.queuedAt).components.seconds
        let how = deployment.built ? "built and live" : "live without a build"
        return "\(how) after \(max(0, seconds)) s"
    }

    private static func live(
        _ environment: EnvironmentStatus, _ url: String?,
        _ status: (ObjectID, CommitStatus.State, String, String?) -> CommitStatus
    ) -> CommitStatus? {
        environment.commit.map { status($0, .success, liveWords(environment), url) }
    }
}
