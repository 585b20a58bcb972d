import Model

/// `slipway history`
enum HistoryVerb {
    private static let count = 20

    static let verb = Verb(
        "history", .look, "what was deployed, newest first", operands: [.project, .optional("ENVIRONMENT")],
        flags: [.limit(count), .json, .socket],
        examples: [
            .init("history shop", "the last deployments of every environment"),
            .init("history shop production --limit 5", "the last five of production"),
        ]
    ) { invocation async throws(CommandProblem) in
        let limit = try invocation.count(.limit(count), default: count)
        let (project, rest) = try await invocation.project()
        var environment: EnvironmentName?
        if let text = rest.first { environment = try invocation.environmentName(text) }
        let path = APIPath.project(project).adding("history")
            .asking("environment", environment?.rawValue).asking("limit", "\(limit)")
        let answer = try await invocation.client.get([Deployment].self, path)
        let page = HistoryPage(style: invocation.screen.style, now: invocation.context.now())
        invocation.screen.show(answer, asJSON: invocation.has(.json)) { page.deployments($0, of: project) }
        return ExitCode.done
    }
}

/// `slipway builds`
enum BuildsVerb {
    private static let count = 20

    static let verb = Verb(
        "builds", .look, "what was built, newest first", operands: [.project],
        flags: [.limit(count), .json, .socket],
        examples: [.init("builds shop", "the last builds; 'logs shop staging --build --number N' shows one's output")]
    ) { invocation async throws(CommandProblem) in
        let limit = try invocation.count(.limit(count), default: count)
        let (project, _) = try await invocation.project()
        let path = APIPath.project(project).adding("builds").asking("limit", "\(limit)")
        let answer = try await invocation.client.get([BuildRecord].self, path)
        let page = HistoryPage(style: invocation.screen.style, now: invocation.context.now())
        invocation.screen.show(answer, asJSON: invocation.has(.json)) { page.builds($0, of: project) }
        return ExitCode.done
    }
}
