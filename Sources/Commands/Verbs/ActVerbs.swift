import Model

/// `slipway deploy`
enum DeployVerb {
    static let verb = Verb(
        "deploy", .act, "make an environment run a commit", operands: [.project, .environment, .required("COMMIT")],
        flags: [.socket],
        details: [
            "It counts until the environment's branch moves. COMMIT may be abbreviated, or be a ref inside a clone.",
            "Production takes what a tag names: tag the commit and push the tag.",
        ],
        examples: [.init("deploy shop staging 1a2b3c4", "go to a commit that was passed over")]
    ) { invocation async throws(CommandProblem) in
        let (id, rest) = try await invocation.environment()
        let commit = try await invocation.commit(rest.first ?? "", in: id)
        try await invocation.client.post(APIPath.environment(id).adding("deploy"), ["commit": commit.hex])
        invocation.screen.line(
            "\(id) is to run \(commit.short); 'slipway wait \(id.project) \(id.name) --commit \(commit.short)' waits for it"
        )
        return ExitCode.done
    }
}

/// `slipway hold`
enum HoldVerb {
    static let verb = Verb(
        "hold", .act, "keep an environment at what it runs", operands: [.project, .environment, .required("REASON")],
        flags: [.socket], details: ["Nothing but 'slipway resume' lifts a hold."],
        examples: [.init("hold shop staging 'demo for the customer at noon'", "leave staging alone")]
    ) { invocation async throws(CommandProblem) in
        let (id, rest) = try await invocation.environment()
        let reason = rest.first ?? ""
        guard !reason.allSatisfy(\.isWhitespace) else { throw invocation.usage("a hold wants a reason") }
        try await invocation.client.post(APIPath.environment(id).adding("hold"), ["reason": reason])
        invocation.screen.line("\(id) is held; 'slipway resume \(id.project) \(id.name)' lifts it")
        return ExitCode.done
    }
}

/// `slipway resume`
enum ResumeVerb {
    static let verb = Verb(
        "resume", .act, "lift a hold", operands: [.project, .environment], flags: [.socket],
        examples: [.init("resume shop staging", "follow Git again")]
    ) { invocation async throws(CommandProblem) in
        let (id, _) = try await invocation.environment()
        try await invocation.client.post(APIPath.environment(id).adding("resume"))
        invocation.screen.line("\(id) follows Git again")
        return ExitCode.done
    }
}

/// `slipway rollback`
enum RollbackVerb {
    private static let reason = Flag("reason", short: "r", value: "TEXT", isRequired: true, "why; must be given")

    static let verb = Verb(
        "rollback", .act, "go back to an earlier release, and hold it there",
        operands: [.project, .environment, .optional("RELEASE")], flags: [reason, .socket],
        details: [
            "Without RELEASE, to the one before. Nothing is built. 'slipway resume' lifts the hold."
        ],
        examples: [
            .init("rollback shop production --reason 'checkout is broken'", "to what ran before"),
            .init("rollback shop production 5f2d9c01ab34 --reason 'checkout is broken'", "to a release of 'history'"),
        ]
    ) { invocation async throws(CommandProblem) in
        guard let why = invocation.value(reason), !why.allSatisfy(\.isWhitespace) else {
            throw invocation.usage("a rollback wants a reason: --reason TEXT")
        }
        let (id, rest) = try await invocation.environment()
        var fields = ["reason": why]
        if let text = rest.first { fields["release"] = try await invocation.release(text, in: id).hex }
        try await invocation.client.post(APIPath.environment(id).adding("rollback"), fields)
        invocation.screen.line("\(id) goes back; 'slipway resume \(id.project) \(id.name)' follows Git again")
        return ExitCode.done
    }
}

/// `slipway refresh`
enum RefreshVerb {
    static let verb = Verb(
        "refresh", .act, "look at a project's repository now", operands: [.project], flags: [.socket],
        examples: [.init("refresh shop", "do not wait for the next poll")]
    ) { invocation async throws(CommandProblem) in
        let (project, _) = try await invocation.project()
        try await invocation.client.post(APIPath.project(project).adding("refresh"))
        invocation.screen.line("\(project) is being looked at; 'slipway events \(project)' says what was found")
        return ExitCode.done
    }
}

/// `slipway approve`
enum ApproveVerb {
    /// What can be approved, with the part of the API's path and what is said then.
    private static let matters: [(name: String, path: String, effect: String)] = [
        ("deletions", "approve-deletions", "the previews whose branches are gone may be deleted"),
        ("default-branch", "approve-default-branch", "production follows the renamed default branch"),
        ("restore", "approve-restore", "the restored records are right; it follows Git again"),
    ]

    static let verb = Verb(
        "approve", .act, "confirm what Slipway does not do by itself", operands: [.project, .required("WHAT")],
        flags: [.socket],
        details: [
            "WHAT is 'deletions': more than five branches, and more than half of them, have vanished at once, and their"
                + " previews may go. Or 'default-branch': the default branch was renamed on purpose. Or 'restore': the"
                + " records were put back, and 'slipway status' shows what should run; until then nothing of the project"
                + " is deleted or promoted."
        ],
        examples: [
            .init("approve shop deletions", "the branches are gone on purpose"),
            .init("approve shop default-branch", "main is the new master"),
            .init("approve shop restore", "after 'slipway restore'"),
        ]
    ) { invocation async throws(CommandProblem) in
        let (project, rest) = try await invocation.project()
        let what = rest.first ?? ""
        guard let matter = matters.first(where: { $0.name == what }) else {
            let names = matters.map { "'\($0.name)'" }.joined(separator: ", ")
            throw invocation.usage("'approve' wants \(names), not '\(clean(what))'")
        }
        try await invocation.client.post(APIPath.project(project).adding(matter.path))
        invocation.screen.line("\(project): \(matter.effect)")
        return ExitCode.done
    }
}
