import Model

/// `slipway why`
enum WhyVerb {
    static let verb = Verb(
        "why", .look, "why an environment is as it is, and what would change it", operands: [.project, .environment],
        flags: [.json, .socket],
        examples: [.init("why shop production", "what production waits for, and the command that unblocks it")]
    ) { invocation async throws(CommandProblem) in
        let (id, _) = try await invocation.environment()
        let answer = try await invocation.client.get(Explanation.self, APIPath.environment(id).adding("why"))
        let page = AnswerPage(style: invocation.screen.style)
        invocation.screen.show(answer, asJSON: invocation.has(.json)) { page.explanation($0) }
        return ExitCode.done
    }
}
