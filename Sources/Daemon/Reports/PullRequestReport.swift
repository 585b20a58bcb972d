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
        var lines = [mark(of: project), "### \(CommentText.plain("\(project)"))", ""]
        guard !own.isEmpty else {
            lines.append(
                request.isOpen ? "This pull request has no preview." : "The preview of this pull request is gone.")
            return (lines + answers).joined(separator: "\n")
        }
        lines += PullRequestTable.lines(own)
        if request.isFork { lines += own.flatMap(asking) }
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
            return
                "- \(CommentText.plain(command.author)): `/slipway \(command.word.rawValue)` — \(CommentText.plain(String(outcome)))"
        }
        if commands.contains(where: \.isForbidden) {
            lines.append("- Commands are for people with write access to the repository.")
        }
        return lines.isEmpty ? [] : [""] + lines
    }

    /// How much of an answer is shown.
    private static let answerLength = 1500
}
