import Daemon

/// What `slipway help` and `--help` show. Pure.
struct HelpPage: Sendable {
    let style: Style

    /// Every verb in one line each.
    func overview(_ verbs: [Verb]) -> String {
        var text = "slipway turns Git into running environments.\n\nusage: slipway VERB …\n"
        let width = verbs.map(\.name.count).max() ?? 0
        for group in Verb.Group.allCases where group != .hidden {
            let members = verbs.filter { $0.group == group }
            if members.isEmpty { continue }
            text += "\n" + style.paint(group.rawValue, .strong) + "\n"
            text += members.map { line($0.name, $0.summary, width: width) }.joined()
        }
        text += "\n'slipway VERB --help' says more, with an example. Inside a clone, PROJECT may be left out.\n"
        return text
    }

    /// One verb.
    func verb(_ verb: Verb) -> String {
        var text = "\(verb.summary)\n\nusage: \(verb.usage)\n"
        let flags = verb.flags + [.help]
        let width = flags.map(\.synopsis.count).max() ?? 0
        text += "\n" + flags.map { line($0.synopsis, $0.summary, width: width) }.joined()
        if verb.infersProject { text += "\nPROJECT may be left out inside a clone of its repository.\n" }
        for detail in verb.details { text += "\n" + Self.wrapped(detail) }
        text += "\n" + style.paint(verb.examples.count == 1 ? "Example" : "Examples", .strong) + "\n"
        for example in verb.examples { text += "  slipway \(example.line)\n      \(example.effect)\n" }
        return text
    }

    private func line(_ name: String, _ summary: String, width: Int) -> String {
        "  " + name + String(repeating: " ", count: width - name.count + 2) + summary + "\n"
    }

    private static let textWidth = 88

    /// A paragraph as lines that fit an ordinary terminal.
    private static func wrapped(_ text: String) -> String {
        var lines = [""]
        for word in text.split(separator: " ") {
            let last = lines[lines.count - 1]
            if last.isEmpty {
                lines[lines.count - 1] = String(word)
            } else if last.count + 1 + word.count > textWidth {
                lines.append(String(word))
            } else {
                lines[lines.count - 1] = last + " " + word
            }
        }
        return lines.map { $0 + "\n" }.joined()
    }
}
