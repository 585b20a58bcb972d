/// The program: reads its words, carries out the verb, and says how it ended.
package enum SlipwayCommand {
    /// Does what the words after `slipway` ask for; returns the exit status.
    package static func main(_ words: [String]) async -> Int32 { await run(words, in: .current) }

    /// The same in a given world.
    static func run(_ words: [String], in context: Context) async -> Int32 {
        do throws(CommandProblem) {
            return try await carryOut(words, in: context)
        } catch {
            // Whoever reads JSON gets it when something goes wrong, too: on the error output, so that results stay apart.
            let asJSON = words.prefix { $0 != "--" }.contains("--json")
            context.screen.note(asJSON ? ExitCode.json(of: error) : ExitCode.text(of: error))
            return ExitCode.status(of: error)
        }
    }

    private static func carryOut(_ words: [String], in context: Context) async throws(CommandProblem) -> Int32 {
        let request: Request
        do throws(UsageProblem) {
            request = try ArgumentReader(verbs: VerbTable.all).read(words)
        } catch {
            throw .usage(error)
        }
        let help = HelpPage(style: context.screen.style)
        switch request {
        case .help(let verb): context.screen.text(help.verb(verb))
        case .overview(let word):
            context.screen.text(help.overview(VerbTable.listed.filter { word == nil || $0.words.first == word }))
        case .version:
            return try await carryOut(["version"], in: context)
        case .run(let verb, let arguments):
            return try await verb.run(Invocation(verb: verb, arguments: arguments, context: context))
        }
        return ExitCode.done
    }
}
