import Model

extension Invocation {
    /// The commit a text means: 40 digits, a ref of this clone, or digits that begin a commit that this clone or the
    /// daemon knows.
    func commit(_ text: String, in id: EnvironmentID) async throws(CommandProblem) -> ObjectID {
        if let commit = ObjectID(text) { return commit }
        let clone = Clone(around: context.directory)
        if let clone {
            for finding in [clone.commit(named: text), clone.commit(beginningWith: text)] {
                if let commit = try commit(finding, text) { return commit }
            }
        }
        if text.count >= 4, text.utf8.allSatisfy(\.isHexDigit) {
            let known = try await knownCommits(of: id.project)
            if let commit = try commit(Clone.choose(text, from: known), text) { return commit }
        }
        throw usage(
            "'\(clean(text))' names no commit that is known here",
            hint: "give its 40 digits: git rev-parse '\(clean(text))^{commit}'")
    }

    private func commit(_ finding: Clone.Finding, _ text: String) throws(CommandProblem) -> ObjectID? {
        switch finding {
        case .commit(let commit): return commit
        case .unknown: return nil
        case .ambiguous(let commits):
            throw usage(
                "'\(clean(text))' begins several commits",
                hint: "it may be \(commits.prefix(5).map { String($0.hex.prefix(12)) }.joined(separator: ", "))")
        case .annotatedTag:
            throw usage(
                "'\(clean(text))' is a tag whose commit only Git can tell",
                hint: "give the commit's 40 digits: git rev-parse '\(clean(text))^{commit}'")
        }
    }

    /// How far back the daemon is asked.
    private static let depth = 200

    private func knownCommits(of project: ProjectName) async throws(CommandProblem) -> Set<ObjectID> {
        let path = APIPath.project(project).adding("history").asking("limit", "\(Self.depth)")
        let status = try await client.get(ProjectStatus.self, .project(project)).value
        let history = try await client.get([Deployment].self, path).value
        return Set(history.map(\.commit) + status.environments.flatMap { [$0.commit, $0.wanted].compactMap(\.self) })
    }

    /// The release whose id begins with these digits, of those that ran in an environment.
    func release(_ text: String, in id: EnvironmentID) async throws(CommandProblem) -> Digest {
        if let release = Digest(text) { return release }
        let path = APIPath.project(id.project).adding("history")
            .asking("environment", id.name.rawValue).asking("limit", "\(Self.depth)")
        let history = try await client.get([Deployment].self, path).value
        let found = Set(history.compactMap(\.release)).filter { $0.hex.hasPrefix(text.lowercased()) }.sorted()
        guard text.count >= 4, let first = found.first else {
            throw usage(
                "'\(clean(text))' is no release that ran in \(id)",
                hint: "'slipway history \(id.project) \(id.name)' lists them")
        }
        guard found.count == 1 else {
            throw usage(
                "'\(clean(text))' begins several releases",
                hint: "it may be \(found.prefix(5).map(\.short).joined(separator: ", "))")
        }
        return first
    }
}
