import FoundationEssentials

/// `slipway doctor`
enum DoctorVerb {
    static let verb = Verb(
        "doctor", .run, "look at everything the daemon needs: each thing ok, or what to do", flags: [.config, .json],
        details: ["Ends with 1 when something must be mended. Needs no running daemon."],
        examples: [.init("doctor --config config.yml", "before the first start, and whenever something is wrong")]
    ) { invocation async throws(CommandProblem) in
        let configuration = try invocation.configuration()
        let findings = await Doctor(configuration: configuration).findings()
        if invocation.has(.json) {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            guard let json = try? encoder.encode(findings) else { preconditionFailure("strings are always JSON") }
            invocation.screen.json(Array(json))
        } else {
            invocation.screen.text(AnswerPage(style: invocation.screen.style).findings(findings))
        }
        return findings.contains { $0.verdict == .failed } ? ExitCode.failed : ExitCode.done
    }
}
