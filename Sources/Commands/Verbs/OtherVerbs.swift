import Daemon

/// `slipway version`
enum VersionVerb {
    static let verb = Verb(
        "version", .other, "the version of this program", examples: [.init("version", "slipway \(Assembly.version)")]
    ) { invocation async throws(CommandProblem) in
        invocation.screen.line("slipway \(Assembly.version)")
        return ExitCode.done
    }
}

/// `slipway completion`
enum CompletionVerb {
    static let verb = Verb(
        "completion", .other, "what a shell completes from", operands: [.required("SHELL")],
        details: ["SHELL is bash, zsh or fish."],
        examples: [
            .init("completion bash > /etc/bash_completion.d/slipway", "for every user of bash"),
            .init("completion fish > ~/.config/fish/completions/slipway.fish", "for yourself, with fish"),
        ]
    ) { invocation async throws(CommandProblem) in
        let shell = invocation.arguments.operands.first ?? ""
        guard let text = Completion.script(for: shell, verbs: VerbTable.listed) else {
            throw invocation.usage("there is completion for bash, zsh and fish, not for '\(clean(shell))'")
        }
        invocation.screen.text(text)
        return ExitCode.done
    }
}

/// `slipway help`: read by ``ArgumentReader`` itself; here so that it is listed.
enum HelpVerb {
    static let verb = Verb(
        "help", .other, "what there is, or how a verb is used", operands: [.optional("VERB")],
        examples: [.init("help env show", "how 'env show' is used")]
    ) { invocation async throws(CommandProblem) in
        invocation.screen.text(HelpPage(style: invocation.screen.style).overview(VerbTable.listed))
        return ExitCode.done
    }
}

/// `slipway manual`: what docs/slipway.1 is made with.
enum ManualVerb {
    static let verb = Verb(
        "manual", .hidden, "the manual page", examples: [.init("manual > docs/slipway.1", "after a verb has changed")]
    ) { invocation async throws(CommandProblem) in
        invocation.screen.text(ManualPage.text(VerbTable.listed))
        return ExitCode.done
    }
}
