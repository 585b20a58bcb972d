import Archive
import Config
import FoundationEssentials

/// `slipway doctor`
enum DoctorVerb {
    private static let bundle = Flag(
        "bundle", value: "FILE", "write a support archive (tar.gz, without secrets) to this new file")

    static let verb = Verb(
        "doctor", .run, "look at everything the daemon needs: each thing ok, or what to do",
        flags: [.config, bundle, .json],
        details: [
            "Ends with 1 when something must be mended. Needs no running daemon; beside one it says which of its parts"
                + " are ready.",
            "The support archive has versions, findings, the configuration with secrets masked, the state of every project,"
                + " the last events, deployments and build logs. Only you can read it; look through it before you hand it on.",
        ],
        examples: [
            .init("doctor --config config.yml", "before the first start, and whenever something is wrong"),
            .init("doctor --bundle support.tar.gz", "for whoever is to help"),
        ]
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
        if let name = invocation.value(bundle) {
            let support = SupportBundle(
                configuration: configuration, variables: invocation.context.surroundings.variables)
            try await write(support.entries(findings), to: invocation.context.absolute(name))
            invocation.screen.note("the support archive is \(clean(name)); look through it before you hand it on")
            return ExitCode.done
        }
        return findings.contains { $0.verdict == .failed } ? ExitCode.failed : ExitCode.done
    }

    private static func write(_ entries: [BundleFile.Entry], to path: String) throws(CommandProblem) {
        let bytes: [UInt8]
        do throws(ArchiveError) {
            bytes = try BundleFile.bytes(of: entries)
        } catch {
            throw .failed("the support archive cannot be made: \(error)", hint: nil)
        }
        try BundleFile.write(bytes, to: path)
    }
}
