package import Model

extension HostClient {
    /// Whether the host has deployments that we may tell it of.
    package var showsDeployments: Bool { repository.kind == .github || repository.kind == .gitlab }

    /// Makes the host show a deployment; returns what to remember of it.
    ///
    /// An upsert: what the records do not know is looked for at the host before it is made.
    ///
    /// - Parameter told: what the host was told last of that commit in that environment.
    package func show(
        _ deployment: HostDeployment, before told: ToldDeployment?
    ) async throws(StageFailure) -> ToldDeployment {
        // What is over is not taken up again, but shown as a new one.
        let known = told.flatMap { $0.deployment.state.isOver && !deployment.state.isOver ? nil : $0 }
        do throws(StageFailure) {
            return repository.kind == .gitlab
                ? try await showOnGitLab(deployment, known) : try await showOnGitHub(deployment, known)
        } catch {
            // A person has deleted it there.
            guard error.reason == .hostHasNot, known != nil else { throw error }
            if deployment.state.isOver, let told { return ToldDeployment(deployment: deployment, id: told.id) }
            return repository.kind == .gitlab
                ? try await showOnGitLab(deployment, nil) : try await showOnGitHub(deployment, nil)
        }
    }

    /// What the host shows of a project's deployments that the records do not know, newest first.
    ///
    /// GitLab's deployments do not say whose they are: there the result is always empty.
    package func shownDeployments(
        of project: ProjectName, besides told: [ToldDeployment]
    ) async throws(StageFailure) -> [ToldDeployment] {
        guard repository.kind == .github else { return [] }
        var known: [HostDeployment.Key: Int] = [:]
        for told in told { known[told.deployment.key] = told.id }
        var found: [ToldDeployment] = []
        for page in 1...Self.recallPages {
            let call = GitHubAPI.deployments(page: page, in: repository)
            guard let answer = try await perform(call), answer.root.isArray else {
                throw .hostAnswered(repository, call, "something that is no listing")
            }
            let values = answer.root.elements
            for value in values {
                guard var told = GitHubAPI.deployment(value, of: project),
                    known[told.deployment.key, default: 0] < told.id
                else { continue }
                guard found.count < Self.recallLimit else { return found }
                known[told.deployment.key] = told.id
                told.deployment.state = try await newestState(of: told.id)
                found.append(told)
            }
            if values.count < GitHubAPI.pageSize { break }
        }
        return found
    }

    /// How far back the host's deployments are read when the records know none.
    private static let recallPages = 4
    private static let recallLimit = 60

    // GitHub

    private func showOnGitHub(
        _ deployment: HostDeployment, _ known: ToldDeployment?
    ) async throws(StageFailure) -> ToldDeployment {
        var (id, before) = (known?.id, known?.deployment.state)
        if id == nil, let found = try await foundOnGitHub(deployment) {
            (id, before) = (found.id, found.deployment.state)
        }
        if id == nil {
            let call = GitHubAPI.creation(of: deployment, in: repository)
            id = try await perform(call)?.root["id"]?.integer
            guard id != nil else { throw .hostAnswered(repository, call, "without a number") }
        }
        guard let id else { throw .cancelled }
        if let call = GitHubAPI.state(of: deployment, id: id, before: before, in: repository) {
            _ = try await perform(call)
        }
        return ToldDeployment(deployment: deployment, id: id)
    }

    /// Our newest deployment of that commit in that environment, unless it is over.
    private func foundOnGitHub(_ deployment: HostDeployment) async throws(StageFailure) -> ToldDeployment? {
        let call = GitHubAPI.deployments(like: deployment, in: repository)
        guard let answer = try await perform(call), answer.root.isArray else {
            throw .hostAnswered(repository, call, "something that is no listing")
        }
        let ours = answer.root.elements.compactMap { GitHubAPI.deployment($0, of: deployment.environment.project) }
        guard var newest = ours.first(where: { $0.deployment.key == deployment.key }) else { return nil }
        newest.deployment.state = try await newestState(of: newest.id)
        return newest.deployment.state.isOver ? nil : newest
    }

    private func newestState(of id: Int) async throws(StageFailure) -> HostDeployment.State {
        let call = GitHubAPI.newestState(of: id, in: repository)
        guard let state = try await perform(call).flatMap({ GitHubAPI.state($0.root) }) else {
            throw .hostAnswered(repository, call, "something that is no listing")
        }
        return state
    }

    // GitLab

    private func showOnGitLab(
        _ deployment: HostDeployment, _ known: ToldDeployment?
    ) async throws(StageFailure) -> ToldDeployment {
        var (id, before) = (known?.id, known?.deployment.state)
        if !deployment.state.isOver, known == nil || deployment.url != nil { try await prepareEnvironment(deployment) }
        if id == nil, let found = try await foundOnGitLab(deployment) { (id, before) = found }
        if let id {
            try await move(id, to: deployment.state, from: before)
        } else {
            let call = GitLabAPI.creation(of: deployment, in: repository)
            id = try await perform(call)?.root["id"]?.integer
            guard id != nil else { throw .hostAnswered(repository, call, "without a number") }
        }
        if deployment.state == .gone { try await stopEnvironment(deployment.environment.name) }
        return ToldDeployment(deployment: deployment, id: id ?? 0)
    }

    /// Gives a deployment another state, unless it has it.
    private func move(
        _ id: Int, to state: HostDeployment.State, from before: HostDeployment.State?
    ) async throws(StageFailure) {
        let isEnd = before.map { !$0.isOpen } ?? false
        // What ran is replaced by GitLab itself, and nothing that has ended runs again.
        if isEnd, state.isOver || state.isOpen { return }
        if let before, GitLabAPI.word(before) == GitLabAPI.word(state) { return }
        do throws(StageFailure) {
            _ = try await perform(GitLabAPI.state(state, of: id, in: repository))
        } catch {
            guard error.reason == .hostRefused else { throw error }
            // The same state again is refused.
            let now = try await perform(GitLabAPI.deployment(id, in: repository)).flatMap { GitLabAPI.state($0.root) }
            guard let now, GitLabAPI.word(now) == GitLabAPI.word(state) else { throw error }
        }
    }

    /// The newest deployment of an environment, if it is of that commit, made over the API and not given up.
    private func foundOnGitLab(
        _ deployment: HostDeployment
    ) async throws(StageFailure) -> (id: Int, state: HostDeployment.State)? {
        let call = GitLabAPI.deployments(of: deployment.environment.name, in: repository)
        guard let answer = try await perform(call), answer.root.isArray else {
            throw .hostAnswered(repository, call, "something that is no listing")
        }
        guard let newest = answer.root.elements.first, newest.objectID("sha") == deployment.commit,
            newest["deployable"]?.memberNames == nil, let id = newest["id"]?.integer,
            let state = GitLabAPI.state(newest), !state.isOver
        else { return nil }
        return (id, state)
    }

    private func environment(_ name: EnvironmentName) async throws(StageFailure) -> JSONValue? {
        let call = GitLabAPI.environment(name, in: repository)
        guard let answer = try await perform(call), answer.root.isArray else {
            throw .hostAnswered(repository, call, "something that is no listing")
        }
        return answer.root.elements.first { $0["name"]?.string == name.rawValue }
    }

    private func prepareEnvironment(_ deployment: HostDeployment) async throws(StageFailure) {
        guard let found = try await environment(deployment.environment.name), let id = found["id"]?.integer else {
            _ = try await perform(GitLabAPI.environment(of: deployment, in: repository))
            return
        }
        guard let url = deployment.url, found["external_url"]?.string != url else { return }
        _ = try await perform(GitLabAPI.address(url, ofEnvironment: id, in: repository))
    }

    private func stopEnvironment(_ name: EnvironmentName) async throws(StageFailure) {
        guard let found = try await environment(name), found["state"]?.string != "stopped",
            let id = found["id"]?.integer
        else { return }
        _ = try await perform(GitLabAPI.stop(environment: id, in: repository))
    }
}
