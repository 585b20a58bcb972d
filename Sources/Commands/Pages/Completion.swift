/// What shells complete from, made from the table of verbs. Pure.
enum Completion {
    /// The script for a shell; nil: there is none for it.
    static func script(for shell: String, verbs: [Verb]) -> String? {
        switch shell {
        case "bash": bash(verbs)
        case "zsh": zsh(verbs)
        case "fish": fish(verbs)
        default: nil
        }
    }

    private static func firstWords(_ verbs: [Verb]) -> [String] {
        verbs.compactMap(\.words.first).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    private static func secondWords(_ first: String, _ verbs: [Verb]) -> [String] {
        verbs.filter { $0.words.first == first && $0.words.count > 1 }.map { $0.words[1] }
    }

    private static func flags(of verb: Verb) -> String {
        (verb.flags + [.help]).map { "--" + $0.name }.joined(separator: " ")
    }

    private static func bash(_ verbs: [Verb]) -> String {
        var text = """
            # bash completion of slipway
            _slipway() {
                local word="${COMP_WORDS[COMP_CWORD]}" verb="${COMP_WORDS[1]}" words=""
                if [ "$COMP_CWORD" -eq 1 ]; then
                    words="\(firstWords(verbs).joined(separator: " "))"
                else
                    case "$verb" in

            """
        for first in firstWords(verbs) {
            let members = secondWords(first, verbs)
            if members.isEmpty {
                let verb = verbs.first { $0.name == first }
                text += "        \(first)) words=\"\(verb.map(flags) ?? "")\" ;;\n"
            } else {
                text += "        \(first))\n            case \"$COMP_CWORD:${COMP_WORDS[2]}\" in\n"
                text += "            2:*) words=\"\(members.joined(separator: " "))\" ;;\n"
                for verb in verbs where verb.words.first == first {
                    text += "            *:\(verb.words[1])) words=\"\(flags(of: verb))\" ;;\n"
                }
                text += "            esac ;;\n"
            }
        }
        return text + """
                    esac
                fi
                mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
            }
            complete -o default -F _slipway slipway

            """
    }

    private static func zsh(_ verbs: [Verb]) -> String {
        // zsh takes bash's scripts: zshcompsys(1), "bashcompinit".
        "#compdef slipway\nautoload -U +X bashcompinit && bashcompinit\n"
            + bash(verbs)
            .replacing(
                "mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")",
                with: "COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))")
    }

    private static func fish(_ verbs: [Verb]) -> String {
        var text = "# fish completion of slipway\ncomplete -c slipway -n __fish_use_subcommand -f\n"
        for verb in verbs {
            let first = verb.words[0]
            let isPair = verb.words.count > 1
            let place = isPair ? "__fish_seen_subcommand_from \(first)" : "__fish_use_subcommand"
            text +=
                "complete -c slipway -n '\(place)' -a \(verb.words[verb.words.count - 1]) -d '\(quoted(verb.summary))'\n"
            let inside = verb.words.map { "__fish_seen_subcommand_from \($0)" }.joined(separator: "; and ")
            for flag in verb.flags {
                let short = flag.short.map { " -s \($0)" } ?? ""
                let value = flag.value == nil ? "" : " -r"
                text +=
                    "complete -c slipway -n '\(inside)' -l \(flag.name)\(short)\(value) -d '\(quoted(flag.summary))'\n"
            }
        }
        for first in firstWords(verbs) where !secondWords(first, verbs).isEmpty {
            text += "complete -c slipway -n __fish_use_subcommand -a \(first)\n"
        }
        return text
    }

    private static func quoted(_ text: String) -> String { text.replacing("'", with: "\\'") }
}
