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

/// `slipway env extend`
enum EnvExtendVerb {
    private static let time = Flag(
        "by", value: "TIME", "how long, from now on; as long as the project allows unless given")

    static let verb = Verb(
        "env extend", .act, "let a preview live longer without a push", operands: [.project, .environment],
        flags: [time, .socket],
        details: [
            "A preview expires when nothing was pushed to its branch for some time: seven days, or"
                + " environments.preview.expire. The next push begins that time anew, whatever was given here."
        ],
        examples: [
            .init("env extend shop feature-login", "as if it had just been pushed to"),
            .init("env extend shop feature-login --by 30d", "until the customer has seen it"),
        ]
    ) { invocation async throws(CommandProblem) in
        var fields: [String: String] = [:]
        if invocation.value(time) != nil {
            let seconds = try invocation.duration(time, default: .zero).components.seconds
            guard seconds > 0 else { throw invocation.usage("--by wants a second at least") }
            fields["seconds"] = String(seconds)
        }
        let (id, _) = try await invocation.environment()
        try await invocation.client.post(APIPath.environment(id).adding("extend"), fields)
        let status = try await invocation.client.get(EnvironmentStatus.self, .environment(id)).value
        let left = status.expires.map { TimeText.left($0.since(invocation.context.now())) }
        invocation.screen.line(
            "\(id) " + (left.map { "expires in \($0), unless it is pushed to" } ?? "does not expire now"))
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
            invocation.screen.line(
                "the next commit of \(ref.short), if there is one, brings it back; so does 'slipway deploy'")
        }
        return ExitCode.done
    }
}
