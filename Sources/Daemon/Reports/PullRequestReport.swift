import Model
import Store

/// What the one comment on a pull request says: pure.
enum PullRequestReport {
    /// What every comment of ours begins with; readers do not see it.
    static func mark(of project: ProjectName) -> String { "<!-- slipway:\(project) -->" }

    /// The text; nil where there is nothing to say: no environment runs the branch, and none was ever told of.
    static func text(
        for stored: StoredPullRequest, environments: [EnvironmentStatus], project: ProjectName
    ) -> String? {
        let request = stored.request
        // A fork's branch may be called like one of ours.
        let own = request.isFork ? [] : environments.filter { $0.ref == request.head && $0.kind == .preview }
        guard !own.isEmpty || stored.told != nil && !request.isOpen else { return nil }
        var lines = [mark(of: project), "### \(cell("\(project)"))", ""]
        guard !own.isEmpty else {
            lines.append("The preview of this pull request is gone.")
            return lines.joined(separator: "\n")
        }
        lines += ["| environment | state | commit | address |", "|---|---|---|---|"]
        for environment in own {
            let address = environment.urls.first.map { "[\(cell($0))](\($0))" } ?? "—"
            let commit = (environment.wanted ?? environment.commit).map { "`\($0.short)`" } ?? "—"
            lines.append("| \(cell("\(environment.id.name)")) | \(state(environment)) | \(commit) | \(address) |")
        }
        for environment in own {
            lines += details(environment)
        }
        return lines.joined(separator: "\n")
    }

    private static func state(_ environment: EnvironmentStatus) -> String {
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
