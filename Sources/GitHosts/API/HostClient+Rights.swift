import HTTPClient
package import Model

// Nothing here changes anything: what would write is about a commit that does not exist, or has no text.
extension HostClient {
    /// Finds out what the credential may; throws when the host cannot be asked, or does not know the credential.
    package func rights() async throws(StageFailure) -> HostRights {
        switch repository.kind {
        case .github: try await gitHubRights()
        case .gitlab: try await gitLabRights()
        case .gitea, .forgejo: try await giteaRights()
        case .bitbucket: try await bitbucketRights()
        }
    }

    /// Asks; what is no answer to the question, such as a limit or a credential that is not known, is thrown.
    private func asked(_ call: HostCall) async throws(StageFailure) -> (HTTPResponse, JSONDocument?) {
        let response = try await converse(call)
        let document = response.body.isEmpty ? nil : JSONDocument(response.body)
        let message = Self.words(document?.root, response)
        let rest = HostLimits.rest(after: response, message: message, now: 0)
        if response.status == 401 || response.status >= 500 || !response.isSuccess && rest != .none {
            throw .hostRefused(repository, call, response, message: message)
        }
        return (response, document)
    }

    /// The repository itself: who may not see it may nothing.
    private func described(_ path: String) async throws(StageFailure) -> (HTTPResponse, JSONDocument?) {
        let call = HostCall(
            "GET", path, purpose: "read the repository",
            permission: HostDuty.pullRequests.permission(at: repository.kind))
        let (response, document) = try await asked(call)
        guard response.isSuccess else {
            throw .hostRefused(repository, call, response, message: Self.words(document?.root, response))
        }
        return (response, document)
    }

    /// Whether a call is allowed: one that must fail for another reason, or one that only reads.
    private func verdict(of duty: HostDuty, by call: HostCall) async throws(StageFailure) -> HostRights.Verdict {
        let (response, document) = try await asked(call)
        guard response.status == 403 || response.status == 404 && repository.kind == .github else { return .allowed }
        let needed = duty.permission(at: repository.kind)
        if let named = response.header("X-Accepted-GitHub-Permissions"), !named.isEmpty {
            return .missing("\(needed) (\(printable(named.utf8.prefix(100))))")
        }
        let words = Self.words(document?.root, response)
        return .missing(words.lowercased().contains("scope") ? "\(needed) (\(words))" : needed)
    }

    private static let noRequest = "there is no open pull request to ask about"

    /// Whether comments may be written: an empty one on an open pull request is refused either way.
    private func commentVerdict() async throws(StageFailure) -> HostRights.Verdict {
        let (response, document) = try await asked(api.pullRequests(page: 1, in: repository))
        guard response.isSuccess, let root = document?.root,
            let number = api.page(root)?.compactMap({ api.pullRequest($0)?.number }).first
        else { return .unknown(Self.noRequest) }
        return try await verdict(
            of: .comments, by: api.write("", on: number, comment: nil, in: repository))
    }

    private var status: HostCall {
        api.call(
            for: CommitStatus(
                commit: .zero, context: "slipway/doctor", state: .pending, summary: "a question", url: nil), mark: nil,
            in: repository)
    }

    private func gitHubRights() async throws(StageFailure) -> HostRights {
        let (response, document) = try await described("/repos/\(repository.pathName)")
        var rights = HostRights()
        // docs.github.com, "Scopes for OAuth apps": only classic tokens have any.
        if let text = response.header("X-OAuth-Scopes") {
            let scopes = Set(text.split(separator: ",").map { $0.filter { $0 != " " } })
            let isPublic = document?.root["private"]?.bool == false
            let mayPush = document?.root["permissions"]?["push"]?.bool != false
            let isFull = scopes.contains("repo") || isPublic && scopes.contains("public_repo")
            func verdict(_ isGiven: Bool, _ scope: String, needsPush: Bool = true) -> HostRights.Verdict {
                if !isGiven { return .missing("the scope “\(scope)”") }
                return needsPush && !mayPush ? .missing("the right to push to the repository") : .allowed
            }
            rights.verdicts = [
                .pullRequests: verdict(isFull || isPublic, "repo", needsPush: false),
                .statuses: verdict(isFull || scopes.contains("repo:status"), "repo:status"),
                .deployments: verdict(isFull || scopes.contains("repo_deployment"), "repo_deployment"),
                .comments: verdict(isFull, "repo", needsPush: false),
            ]
            return rights
        }
        let deployment = HostDeployment(
            environment: EnvironmentID(project: Self.nobody, name: .staging), kind: .staging, commit: .zero, ref: nil,
            state: .queued, summary: "a question", url: nil)
        rights.verdicts[.pullRequests] = try await verdict(
            of: .pullRequests, by: api.pullRequests(page: 1, in: repository))
        rights.verdicts[.statuses] = try await verdict(of: .statuses, by: status)
        rights.verdicts[.deployments] = try await verdict(
            of: .deployments, by: GitHubAPI.creation(of: deployment, in: repository))
        rights.verdicts[.comments] =
            rights[.pullRequests] == .allowed ? try await commentVerdict() : .unknown(Self.noRequest)
        return rights
    }

    private static var nobody: ProjectName {
        guard let name = ProjectName("doctor") else { preconditionFailure("a name of plain letters") }
        return name
    }

    private func gitLabRights() async throws(StageFailure) -> HostRights {
        let (_, document) = try await described("/projects/\(repository.encodedName)")
        let permissions = document?.root["permissions"]
        let level = ["project_access", "group_access"].compactMap {
            permissions?[$0]?["access_level"]?.integer
        }.max()
        let (response, token) = try await asked(
            HostCall(
                "GET", "/personal_access_tokens/self", purpose: "read the token's scopes", permission: "scope read_api")
        )
        let scopes = response.isSuccess ? token?.root["scopes"]?.elements.compactMap(\.string) : nil
        var rights = HostRights()
        for duty in HostDuty.allCases {
            let isReading = duty == .pullRequests
            // docs.gitlab.com, "Access levels": 20 is Reporter, 30 Developer.
            let needed = duty == .pullRequests || duty == .comments ? 20 : 30
            if let scopes, !scopes.contains("api"), !(isReading && scopes.contains("read_api")) {
                rights.verdicts[duty] = .missing("the scope “\(isReading ? "read_api" : "api")”")
            } else if permissions != nil, level ?? 0 < needed, !(isReading && level == nil) {
                rights.verdicts[duty] = .missing("the role \(needed == 20 ? "Reporter" : "Developer")")
            } else if scopes == nil || permissions == nil {
                rights.verdicts[duty] = .unknown("GitLab does not say what this kind of token may")
            } else {
                rights.verdicts[duty] = .allowed
            }
        }
        return rights
    }

    private func giteaRights() async throws(StageFailure) -> HostRights {
        let (_, document) = try await described("/repos/\(repository.pathName)")
        var rights = HostRights()
        rights.verdicts[.pullRequests] = try await verdict(
            of: .pullRequests, by: api.pullRequests(page: 1, in: repository))
        rights.verdicts[.statuses] =
            document?.root["permissions"]?["push"]?.bool == false
            ? .missing("the right to push to the repository") : try await verdict(of: .statuses, by: status)
        rights.verdicts[.comments] =
            rights[.pullRequests] == .allowed ? try await commentVerdict() : .unknown(Self.noRequest)
        return rights
    }

    private func bitbucketRights() async throws(StageFailure) -> HostRights {
        let (response, _) = try await described("/repositories/\(repository.pathName)")
        var rights = HostRights()
        guard let text = response.header("X-OAuth-Scopes") else {
            for duty in [HostDuty.pullRequests, .statuses, .comments] {
                rights.verdicts[duty] = .unknown("Bitbucket does not say what this kind of credential may")
            }
            return rights
        }
        let scopes = Set(text.split(separator: ",").map { $0.filter { $0 != " " } })
        let mayWrite = scopes.contains("pullrequest:write")
        func verdict(_ isGiven: Bool, _ scope: String) -> HostRights.Verdict {
            isGiven ? .allowed : .missing("the scope “\(scope)”")
        }
        let mayRead = !scopes.isDisjoint(with: ["repository", "repository:write", "repository:admin"])
        rights.verdicts = [
            .pullRequests: verdict(mayWrite || scopes.contains("pullrequest"), "pullrequest"),
            .statuses: verdict(mayRead || mayWrite, "repository"),
            .comments: verdict(mayWrite, "pullrequest:write"),
        ]
        return rights
    }
}
