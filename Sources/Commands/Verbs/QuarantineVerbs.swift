import Model

/// `slipway quarantine list`
enum QuarantineListVerb {
    static let verb = Verb(
        "quarantine list", .look, "what is set aside because the daemon crashed over it", flags: [.json, .socket],
        details: [
            "Something in whose work the daemon crashed three times, no two crashes with an hour of quiet between them,"
                + " is left alone, and everything else goes on. What ran there keeps running."
        ],
        examples: [.init("quarantine list", "projects, environments, commits and deliveries that are set aside")]
    ) { invocation async throws(CommandProblem) in
        let answer = try await invocation.client.get([Suspect].self, .quarantine)
        let page = QuarantinePage(style: invocation.screen.style, now: invocation.context.now())
        invocation.screen.show(answer, asJSON: invocation.has(.json)) { page.list($0) }
        return ExitCode.done
    }
}

/// `slipway quarantine release`
enum QuarantineReleaseVerb {
    static let verb = Verb(
        "quarantine release", .act, "let something that is set aside be worked on again",
        operands: [.required("KIND"), .required("NAME")], flags: [.socket],
        details: ["KIND and NAME are as 'slipway quarantine list' shows them."],
        examples: [.init("quarantine release environment shop/staging", "try that environment again")]
    ) { invocation async throws(CommandProblem) in
        let text = invocation.arguments.operands.joined(separator: " ")
        guard let object = WorkObject(text) else {
            throw invocation.usage(
                "'\(clean(text))' is no such thing",
                hint: "write it as 'slipway quarantine list' does: environment shop/staging")
        }
        try await invocation.client.post(APIPath.quarantine.adding("release"), ["object": "\(object)"])
        invocation.screen.line("\(object) is worked on again")
        return ExitCode.done
    }
}
