import Glibc
import Model

/// `slipway env list`
enum EnvListVerb {
    static let verb = Verb(
        "env list", .look, "the environments of a project", operands: [.project], flags: [.json, .socket],
        examples: [
            .init("env list shop", "every environment of shop"), .init("env list", "the same, inside a clone of it"),
        ]
    ) { invocation async throws(CommandProblem) in
        let (project, _) = try await invocation.project()
        let answer = try await invocation.client.get(ProjectStatus.self, .project(project))
        let page = StatusPage(style: invocation.screen.style, now: invocation.context.now())
        invocation.screen.show(answer, asJSON: invocation.has(.json)) { page.environments($0) }
        return ExitCode.done
    }
}

/// `slipway env show`
enum EnvShowVerb {
    static let verb = Verb(
        "env show", .look, "one environment: what it runs, where, and how the last deployment went",
        operands: [.project, .environment], flags: [.json, .socket],
        examples: [
            .init("env show shop staging", "everything about shop's staging"),
            .init("env show shop staging --json", "the same for a script, image ids included"),
        ]
    ) { invocation async throws(CommandProblem) in
        let (id, _) = try await invocation.environment()
        let answer = try await invocation.client.get(EnvironmentStatus.self, .environment(id))
        let page = EnvironmentPage(style: invocation.screen.style, now: invocation.context.now())
        invocation.screen.show(answer, asJSON: invocation.has(.json)) { page.environment($0) }
        return ExitCode.done
    }
}

/// `slipway env delete`
enum EnvDeleteVerb {
    private static let yes = Flag("yes", short: "y", "do not ask, even on a terminal")

    static let verb = Verb(
        "env delete", .act, "remove an environment and everything it has", operands: [.project, .environment],
        flags: [yes, .socket],
        details: [
            "Containers, network, volumes and routes go. What Git still asks for comes back with the next commit of its ref."
        ],
        examples: [.init("env delete shop feature-login", "remove a preview now")]
    ) { invocation async throws(CommandProblem) in
        let (id, _) = try await invocation.environment()
        if invocation.screen.errorStyle.isTerminal, isatty(STDIN_FILENO) == 1, !invocation.has(yes) {
            invocation.screen.progress("delete \(id) and everything it has? [y/N] ")
            let answer = readLine()?.lowercased() ?? ""
            guard ["y", "yes"].contains(answer) else { throw .cancelled("nothing was deleted") }
        }
        let status = try await invocation.client.get(EnvironmentStatus.self, .environment(id)).value
        try await invocation.client.delete(.environment(id))
        invocation.screen.line("\(id) is being deleted; 'slipway env list \(id.project)' shows when it is gone")
        if let ref = status.ref {
            invocation.screen.line("the next commit of \(ref.short), if there is one, brings it back")
        }
        return ExitCode.done
    }
}
