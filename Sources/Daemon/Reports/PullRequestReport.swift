import Model
import Store

/// What the one comment on a pull request says: pure.
enum PullRequestReport {
    /// What every comment of ours begins with; readers do not see it.
    static func mark(of project: ProjectName) -> String { "<!-- slipway:\(project) -->" }

    /// The text; nil where there is nothing to say: no environment runs the branch, and none was ever told of.
    static func text(
        for stored: StoredPullRequest, environments: [EnvironmentStatus], project: ProjectName,
        commands: [CommentCommand] = []
    ) -> String? {
        let request = stored.request
        // A fork's branch may be called like one of ours.
        let fork = EnvironmentName.pullRequest(request.number)
        let own = environments.filter { environment in
            environment.kind == .preview
                && (request.isFork ? environment.id.name == fork : environment.ref == request.head)
        }
        let answers = answers(to: commands)
        guard !own.isEmpty || !answers.isEmpty || stored.told != nil && !request.isOpen else { return nil }
        var lines = [mark(of: project), "### \(cell("\(project)"))", ""]
        guard !own.isEmpty else {
            lines.append(
                request.isOpen ? "This pull request has no preview." : "The preview of this pull request is gone.")
            return (lines + answers).joined(separator: "\n")
        }
        lines += ["| environment | state | commit | address |", "|---|---|---|---|"]
        for environment in own {
            let address = environment.urls.first.map { "[\(cell($0))](\($0))" } ?? "—"
            let commit = (environment.wanted ?? environment.commit).map { "`\($0.short)`" } ?? "—"
            lines.append("| \(cell("\(environment.id.name)")) | \(state(environment)) | \(commit) | \(address) |")
        }
        for environment in own {
            lines += details(environment)
            if request.isFork { lines += asking(environment) }
        }
        return (lines + answers).joined(separator: "\n")
    }

    /// What a fork's commit waits for, with the word to be copied.
    private static func asking(_ environment: EnvironmentStatus) -> [String] {
        guard environment.gates.contains(where: { $0.kind == .allowance }), let wanted = environment.wanted else {
            return []
        }
        return ["", "Somebody with write access allows it with this comment:", "", "    /slipway allow \(wanted.hex)"]
    }

    /// How many commands are answered: the newest.
    private static let answerLimit = 5

    /// What was asked for in comments, and what came of it. Whoever may not write makes one line appear, and no more.
    private static func answers(to commands: [CommentCommand]) -> [String] {
        let done = commands.filter { $0.outcome != nil && !$0.isForbidden }.sorted { $0.comment < $1.comment }
        var lines = done.suffix(answerLimit).map { command in
            let outcome = (command.outcome ?? "").prefix(answerLength)
            return "- \(cell(command.author)): `/slipway \(command.word.rawValue)` — \(cell(String(outcome)))"
        }
        if commands.contains(where: \.isForbidden) {
            lines.append("- Commands are for people with write access to the repository.")
        }
        return lines.isEmpty ? [] : [""] + lines
    }

    /// How much of an answer is shown.
    private static let answerLength = 1500

    private static func state(_ environment: EnvironmentStatus) -> String {
        if environment.health == .stopped { return "stopped" }
        return progress(environment)
    }

    private static func progress(_ environment: EnvironmentStatus) -> String {
        switch environment.progress {
        case .current: "live" + (took(environment).map { ", \($0)" } ?? "")
        case .deploying: environment.deployment?.state.rawValue ?? "deploying"
        case .failed: "**failed**"
        case .waiting, .held, .orphaned, .deleting: environment.progress.rawValue
        }
    }

    private static func took(_ environment: EnvironmentStatus) -> String? {
        guard let deployment = environment.deployment, deployment.commit == environment.commit,
            let liveAt = deployment.liveAt
        else { return nil }
        let seconds = max(0, liveAt.since(deployment.queuedAt).components.seconds)
        return deployment.built ? "built in \(seconds) s" : "without a build, \(seconds) s"
    }

    /// Why it is not live, with the last lines of output.
    private static func details(_ environment: EnvironmentStatus) -> [String] {
        switch environment.progress {
        case .failed:
            guard let failure = environment.deployment?.failure else { return [] }
            var lines = ["", cell(failure.message)]
            // Four backticks: the output may have three.
            let output = failure.output.suffix(outputLimit)
            if !output.isEmpty {
                lines += ["", "````text"] + output.map { printable($0.utf8).replacing("````", with: "```") } + ["````"]
            }
            if let hint = failure.hint { lines += ["", cell(hint)] }
            return lines
        case .waiting, .held, .orphaned: return ["", cell(environment.reason)]
        case .current, .deploying, .deleting: return []
        }
    }

    /// How many lines of output are shown.
    private static let outputLimit = 20

    /// Text for a cell of a table: printable, nothing that Markdown or HTML would read as its own, nobody called by name.
    private static func cell(_ text: String) -> String {
        var result = ""
        for character in printable(text.utf8) {
            switch character {
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "&": result += "&amp;"
            case "|", "`", "*", "_", "[", "]", "#", "~", "\\": result += "\\\(character)"
            case "@": result += "@\u{200b}"
            default: result.append(character)
            }
        }
        return result
    }
}
