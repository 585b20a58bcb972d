import Daemon

/// The manual page slipway(1), from the table of verbs: man(7). Pure.
enum ManualPage {
    static func text(_ verbs: [Verb]) -> String {
        var lines = [
            ".\\\" Made by 'slipway manual' from the table of verbs; change it there.",
            ".TH SLIPWAY 1 \"\" \"slipway \(escaped(Assembly.version))\" \"Slipway\"",
            ".SH NAME", "slipway \\- turns Git into running environments",
            ".SH SYNOPSIS", ".B slipway", ".I VERB", "\\&...",
            ".SH DESCRIPTION",
            "One daemon that watches Git repositories, builds their images once, and runs them: a preview for every branch,",
            "staging for the default branch, production for tags. This program is the daemon and what asks it.",
            ".PP", "Where a verb takes a PROJECT, it may be left out inside a clone of the project's repository.",
        ]
        for group in Verb.Group.allCases where group != .hidden {
            lines.append(".SH \(group.rawValue.uppercased())")
            for verb in verbs where verb.group == group { lines += section(verb) }
        }
        lines.append(".SH EXIT STATUS")
        for (code, meaning) in ExitCode.meanings { lines += [".TP", "\(code)", escaped(meaning)] }
        lines += [
            ".PP",
            "With \\-\\-json, what went wrong is one JSON object on the error output: title, detail, exit, and the",
            "status of the daemon's answer where there was one.",
            ".SH ENVIRONMENT", ".TP", "SLIPWAY_SOCKET", "The daemon's Unix socket, where \\-\\-socket is not given.",
            ".TP", "NO_COLOR", "Switches colours off.",
            ".SH FILES", ".TP", "/etc/slipway/config.yml", "The daemon's configuration; then",
            "~/.config/slipway/config.yml and ./config.yml.",
            ".TP", "/run/slipway/slipway.sock",
            "The daemon's Unix socket; in $XDG_RUNTIME_DIR where root does not run it.",
        ]
        return lines.map { $0 + "\n" }.joined()
    }

    private static func section(_ verb: Verb) -> [String] {
        var lines = [".SS \(escaped(verb.name))", ".nf", ".B \(escaped(verb.usage))", ".fi", ".PP"]
        lines.append(sentence(verb.summary))
        for detail in verb.details { lines += [".PP", escaped(detail)] }
        for flag in verb.flags { lines += [".TP", ".B \(escaped(flag.synopsis))", escaped(flag.summary)] }
        for example in verb.examples {
            lines += [
                ".PP", escaped(example.effect) + ":", ".RS", ".nf", escaped("slipway " + example.line), ".fi", ".RE",
            ]
        }
        return lines
    }

    private static func sentence(_ text: String) -> String {
        escaped(text.prefix(1).uppercased() + text.dropFirst() + ".")
    }

    /// man(7): a backslash, a hyphen that is meant as one, and a line that begins like a request.
    private static func escaped(_ text: String) -> String {
        let plain = text.replacing("\\", with: "\\e").replacing("-", with: "\\-")
        return plain.hasPrefix(".") || plain.hasPrefix("'") ? "\\&" + plain : plain
    }
}
