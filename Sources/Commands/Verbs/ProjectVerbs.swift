import Model

/// `slipway project list`
enum ProjectListVerb {
    static let verb = Verb(
        "project list", .look, "every project, where its repository is, and how its webhook does",
        flags: [.json, .socket], examples: [.init("project list", "a line for each project")]
    ) { invocation async throws(CommandProblem) in
        let answer = try await invocation.client.get([ProjectStatus].self, .projects)
        let page = ProjectPage(style: invocation.screen.style, now: invocation.context.now())
        invocation.screen.show(answer, asJSON: invocation.has(.json)) { page.list($0) }
        return ExitCode.done
    }
}

/// `slipway project show`
enum ProjectShowVerb {
    static let verb = Verb(
        "project show", .look, "one project: its repository, its host, its webhook, its environments",
        operands: [.project], flags: [.json, .socket],
        examples: [
            .init("project show shop", "everything about shop"),
            .init("project show", "the same, inside a clone of it"),
        ]
    ) { invocation async throws(CommandProblem) in
        let (project, _) = try await invocation.project()
        let answer = try await invocation.client.get(ProjectStatus.self, .project(project))
        let page = ProjectPage(style: invocation.screen.style, now: invocation.context.now())
        invocation.screen.show(answer, asJSON: invocation.has(.json)) { page.project($0) }
        return ExitCode.done
    }
}

/// `slipway project hooks`
enum ProjectHooksVerb {
    private static let repair = Flag("repair", "make or mend the hook through the API of the project's host")

    static let verb = Verb(
        "project hooks", .act, "how it stands with webhooks, and their repair", operands: [.optional("PROJECT")],
        flags: [repair, .json, .socket],
        details: [
            "A webhook is active, not configured, misconfigured, silent, or cannot be verified; docs/OPERATIONS.md says"
                + " what to do about each.",
            "--repair wants PROJECT, also inside a clone: it changes something at the host. A hook with the right address is"
                + " looked for first, so that none is made twice. The project's token must be allowed to write webhooks.",
        ],
        examples: [
            .init("project hooks", "the webhook of every project"),
            .init("project hooks shop --repair", "make it, or make it right"),
        ]
    ) { invocation async throws(CommandProblem) in
        let page = ProjectPage(style: invocation.screen.style, now: invocation.context.now())
        let asJSON = invocation.has(.json)
        guard let project = try invocation.namedProject() else {
            if invocation.has(repair) { throw invocation.usage("--repair wants the name of a project") }
            let answer = try await invocation.client.get([WebhookStatus].self, .hooks)
            invocation.screen.show(answer, asJSON: asJSON) { page.hooks($0) }
            return ExitCode.done
        }
        let path = APIPath.project(project).adding("hooks")
        guard invocation.has(repair) else {
            let answer = try await invocation.client.get(WebhookStatus.self, path)
            invocation.screen.show(answer, asJSON: asJSON) { page.hook($0) }
            return ExitCode.done
        }
        let answer = try await invocation.client.act(WebhookStatus.self, path.adding("repair"))
        invocation.screen.show(answer, asJSON: asJSON) { page.hook($0) }
        return answer.value.state == .active ? ExitCode.done : ExitCode.failed
    }
}
