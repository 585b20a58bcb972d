import Config

/// What the words after `slipway` ask for.
enum Request: Sendable {
    /// Carry out a verb.
    case run(Verb, Arguments)
    /// Show the help of a verb.
    case help(Verb)
    /// Show what there is; with a word, only the verbs that begin with it.
    case overview(of: String?)
    /// Show the version.
    case version
}

/// The operands and flags of one verb, as given.
struct Arguments: Sendable, Hashable {
    /// What was given by its place.
    var operands: [String] = []
    /// What was given by its name; empty for a flag without a value.
    var flags: [String: String] = [:]
}

/// Reads the words after `slipway`: pure.
struct ArgumentReader: Sendable {
    /// What there is.
    let verbs: [Verb]

    /// What the words ask for.
    func read(_ words: [String]) throws(UsageProblem) -> Request {
        guard let first = words.first else { throw UsageProblem(message: "say what to do") }
        switch first {
        case "--version", "-V": return .version
        case "--help", "-h": return .overview(of: nil)
        case "help": return try help(about: words.dropFirst().filter { !$0.hasPrefix("-") })
        default: break
        }
        if first.hasPrefix("-") {
            throw UsageProblem(message: "the verb comes first, then '\(clean(first))'")
        }
        if let verb = verb(at: words) { return try read(Array(words.dropFirst(verb.words.count)), of: verb) }
        let members = verbs.filter { $0.words.first == first && $0.group != .hidden }
        if !members.isEmpty, words.count > 1, ["--help", "-h"].contains(words[1]) { return .overview(of: first) }
        throw unknownVerb(words, members: members)
    }

    private func help(about words: [String]) throws(UsageProblem) -> Request {
        guard let first = words.first else { return .overview(of: nil) }
        if let verb = verb(at: words) { return .help(verb) }
        let members = verbs.filter { $0.words.first == first && $0.group != .hidden }
        if words.count == 1, !members.isEmpty { return .overview(of: first) }
        throw unknownVerb(words, members: members)
    }

    private func verb(at words: [String]) -> Verb? {
        verbs.filter { words.starts(with: $0.words) }.max { $0.words.count < $1.words.count }
    }

    private func unknownVerb(_ words: [String], members: [Verb]) -> UsageProblem {
        let first = words.first ?? ""
        if !members.isEmpty {
            let names = members.map { $0.words.dropFirst().joined(separator: " ") }
            guard words.count > 1 else {
                return UsageProblem(message: "'\(first)' wants one of: \(names.joined(separator: ", "))")
            }
            let nearest = Suggestion.nearest(to: words[1], among: names).map { "did you mean '\(first) \($0)'?" }
            return UsageProblem(
                message: "there is no verb '\(first) \(clean(words[1]))'",
                hint: nearest ?? "there are: \(names.joined(separator: ", "))")
        }
        let names = verbs.filter { $0.group != .hidden }.map(\.name)
        let nearest = Suggestion.nearest(
            to: first, among: names + names.compactMap { $0.split(separator: " ").first.map(String.init) })
        return UsageProblem(
            message: "there is no verb '\(clean(first))'", hint: nearest.map { "did you mean '\($0)'?" })
    }

    private func read(_ words: [String], of verb: Verb) throws(UsageProblem) -> Request {
        var arguments = Arguments()
        var rest = words[...]
        while let word = rest.popFirst() {
            if word == "--" {
                arguments.operands += rest
                break
            }
            guard word.hasPrefix("-"), word != "-" else {
                arguments.operands.append(word)
                continue
            }
            let (flag, attached) = try flag(word, of: verb)
            if flag == .help { return .help(verb) }
            arguments.flags[flag.name] = try value(of: flag, attached: attached, from: &rest, verb)
        }
        try check(arguments.operands, of: verb)
        return .run(verb, arguments)
    }

    /// The flag a word names, and the value written into the same word.
    private func flag(_ word: String, of verb: Verb) throws(UsageProblem) -> (Flag, String?) {
        let known = verb.flags + [.help]
        if word.hasPrefix("--") {
            let parts = word.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = parts.first.map(String.init) ?? ""
            if let flag = known.first(where: { $0.name == name }) {
                return (flag, parts.count > 1 ? String(parts[1]) : nil)
            }
            let nearest = Suggestion.nearest(to: name, among: known.map(\.name))
            throw UsageProblem(
                message: "'\(verb.name)' has no flag '--\(clean(name))'",
                hint: nearest.map { "did you mean '--\($0)'?" }, verb: verb)
        }
        let letter = word[word.index(after: word.startIndex)]
        guard let flag = known.first(where: { $0.short == letter }) else {
            throw UsageProblem(message: "'\(verb.name)' has no flag '\(clean(word))'", verb: verb)
        }
        let attached = word.dropFirst(2)
        if attached.isEmpty { return (flag, nil) }
        return (flag, String(attached.first == "=" ? attached.dropFirst() : attached))
    }

    private func value(
        of flag: Flag, attached: String?, from rest: inout ArraySlice<String>, _ verb: Verb
    ) throws(UsageProblem) -> String {
        guard flag.value != nil else {
            guard attached == nil else {
                throw UsageProblem(message: "'--\(flag.name)' takes no value", verb: verb)
            }
            return ""
        }
        if let attached { return attached }
        // A value that looks like a flag is more likely a forgotten value; `--reason=--x` says it is meant.
        guard let next = rest.first, !next.hasPrefix("--") else {
            throw UsageProblem(message: "'--\(flag.name)' wants a value: \(flag.usage)", verb: verb)
        }
        rest = rest.dropFirst()
        return next
    }

    private func check(_ operands: [String], of verb: Verb) throws(UsageProblem) {
        if operands.count > verb.operands.count {
            let extra = clean(operands[verb.operands.count])
            throw UsageProblem(
                message: "'\(verb.name)' does not know what to do with '\(extra)'",
                hint: verb.operands.isEmpty ? nil : "several words that belong together are put in quotes", verb: verb)
        }
        let fewest = verb.requiredCount - (verb.infersProject ? 1 : 0)
        if operands.count < fewest {
            let missing = verb.operands.filter { !$0.isOptional }.suffix(fewest - operands.count).map(\.name)
            throw UsageProblem(message: "'\(verb.name)' wants \(missing.joined(separator: " and "))", verb: verb)
        }
    }
}
