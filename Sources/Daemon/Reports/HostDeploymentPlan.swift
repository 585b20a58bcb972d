import Model

/// What a Git host should show of a project's deployments: pure.
enum HostDeploymentPlan {
    /// A deployment to be told of, and what the host was told of it last.
    struct Due: Sendable, Hashable {
        var deployment: HostDeployment
        var told: ToldDeployment?
    }

    /// What every environment runs, and what it is about to run.
    static func wanted(of environments: [EnvironmentStatus]) -> [HostDeployment] {
        environments.flatMap { environment in
            var wanted: [HostDeployment] = []
            if let live = live(environment) { wanted.append(live) }
            // A commit that runs already and is deployed anew stays what it is: what runs is not put at risk.
            if let next = next(environment), next.key != wanted.first?.key { wanted.append(next) }
            return wanted
        }
    }

    /// What must be told now: what differs from what was told last, and what was left as it is no more.
    ///
    /// - Parameters:
    ///   - told: what was told last, newest first.
    ///   - isSettled: whether every environment there is is known, so that those that are missing are gone.
    static func due(
        _ wanted: [HostDeployment], told: [ToldDeployment], environments: [EnvironmentStatus], isSettled: Bool
    ) -> [Due] {
        let last = Dictionary(told.map { ($0.deployment.key, $0) }, uniquingKeysWith: { first, _ in first })
        let changed = wanted.filter { last[$0.key]?.deployment != $0 }
            .map { Due(deployment: $0, told: last[$0.key]) }
        let keys = Set(wanted.map(\.key))
        let known = Dictionary(environments.map { ($0.id.name, $0) }, uniquingKeysWith: { first, _ in first })
        let ended = last.values.filter { !keys.contains($0.deployment.key) }.compactMap { told -> Due? in
            let environment = known[told.deployment.environment.name]
            guard let end = end(of: told.deployment, in: environment, isSettled: isSettled) else { return nil }
            return Due(deployment: end, told: told)
        }
        return changed
            + ended.sorted {
                ($0.deployment.environment, $0.deployment.commit) < ($1.deployment.environment, $1.deployment.commit)
            }
    }

    /// How a deployment that nobody wants any more ends; nil where it has.
    private static func end(
        of deployment: HostDeployment, in environment: EnvironmentStatus?, isSettled: Bool
    ) -> HostDeployment? {
        guard !deployment.state.isOver else { return nil }
        guard let environment else {
            return isSettled ? deployment.ended(.gone, "the environment is gone") : nil
        }
        switch deployment.state {
        case .queued, .running:
            let newer = (environment.deployment?.commit ?? environment.commit).map { "superseded by \($0.short)" }
            return deployment.ended(.cancelled, newer ?? "given up")
        case .success:
            // Until something else is known to run there, it may be what runs.
            return environment.commit.map { deployment.ended(.replaced, "replaced by \($0.short)") }
        case .failure, .cancelled, .replaced, .gone:
            return nil
        }
    }

    private static func live(_ environment: EnvironmentStatus) -> HostDeployment? {
        guard let commit = environment.commit else { return nil }
        return HostDeployment(
            environment: environment.id, kind: environment.kind, commit: commit, ref: environment.ref, state: .success,
            summary: ReportPlan.liveWords(environment), url: environment.urls.first)
    }

    private static func next(_ environment: EnvironmentStatus) -> HostDeployment? {
        guard let deployment = environment.deployment else { return nil }
        func shown(_ state: HostDeployment.State, _ summary: String) -> HostDeployment {
            HostDeployment(
                environment: environment.id, kind: environment.kind, commit: deployment.commit, ref: deployment.ref,
                state: state, summary: summary, url: nil)
        }
        switch environment.progress {
        case .deploying:
            return deployment.state == .queued
                ? shown(.queued, "queued") : shown(.running, ReportPlan.phase(of: deployment))
        case .failed:
            return deployment.failure.map { shown(.failure, $0.message) }
        case .current, .waiting, .held, .orphaned, .deleting:
            return nil
        }
    }
}
