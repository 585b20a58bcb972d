import Model

/// Which project a verb is about: the one that is named, or the one this clone is of. Pure.
struct ProjectChoice: Sendable {
    /// What was given by its place.
    let operands: [String]
    /// The verb that wants them.
    let verb: Verb
    /// The projects the daemon has, by name, with their remotes.
    let known: [(name: ProjectName, remote: String)]
    /// The remotes of the clone around; nil: there is no clone.
    let remotes: [String]?

    /// Whether the daemon must be asked for its projects to tell: a project may have been left out.
    static func isOpen(_ operands: [String], _ verb: Verb) -> Bool {
        verb.infersProject && operands.count < verb.operands.count
    }

    /// The project and the other operands.
    func choice() throws(CommandProblem) -> (ProjectName, [String]) {
        let isNamed = operands.first.map { first in known.contains { $0.name.rawValue == first } } ?? false
        if operands.count >= verb.requiredCount, isNamed || remotes == nil { return try named() }
        if isNamed {
            let missing = verb.operands.dropFirst(operands.count).first { !$0.isOptional }?.name ?? "an operand"
            throw usage("'\(verb.name)' wants \(missing), too")
        }
        guard let remotes else {
            let wanted = verb.operands.filter { !$0.isOptional }.map(\.name).joined(separator: " ")
            throw usage(
                "'\(verb.name)' wants \(wanted)",
                hint: "PROJECT may be left out only inside a clone of a project's repository, and this is none")
        }
        let places = remotes.compactMap { RepositoryPlace($0) }
        let matches = known.filter { project in
            RepositoryPlace(project.remote).map { places.contains($0) } ?? false
        }
        if matches.count == 1 { return (matches[0].name, operands) }
        if operands.count >= verb.requiredCount { return try named() }
        if matches.isEmpty {
            let names = known.map(\.name.rawValue).joined(separator: ", ")
            throw usage(
                "this clone is of none of the daemon's projects: name one",
                hint: names.isEmpty ? "it has no project yet: add one to its configuration" : "there are: \(names)")
        }
        throw usage(
            "this clone is of several projects: name one",
            hint: "it is of \(matches.map(\.name.rawValue).joined(separator: ", "))")
    }

    private func named() throws(CommandProblem) -> (ProjectName, [String]) {
        guard let first = operands.first, let name = ProjectName(first) else {
            throw usage("'\(clean(operands.first ?? ""))' is no project's name")
        }
        return (name, Array(operands.dropFirst()))
    }

    private func usage(_ message: String, hint: String? = nil) -> CommandProblem {
        .usage(UsageProblem(message: message, hint: hint, verb: verb))
    }
}

extension Invocation {
    /// The project this is about, and the other operands.
    func project() async throws(CommandProblem) -> (ProjectName, [String]) {
        let operands = arguments.operands
        guard ProjectChoice.isOpen(operands, verb) else {
            return try ProjectChoice(operands: operands, verb: verb, known: [], remotes: nil).choice()
        }
        let status = try await client.get(DaemonStatus.self, .status).value
        return try ProjectChoice(
            operands: operands, verb: verb, known: status.projects.map { ($0.name, $0.remote) },
            remotes: Clone(around: context.directory)?.remotes
        ).choice()
    }

    /// The environment this is about, and the operands behind it.
    func environment() async throws(CommandProblem) -> (EnvironmentID, [String]) {
        let (project, rest) = try await project()
        return (EnvironmentID(project: project, name: try environmentName(rest.first ?? "")), Array(rest.dropFirst()))
    }

    /// An environment's name, checked here so that a slip never reaches the daemon.
    func environmentName(_ text: String) throws(CommandProblem) -> EnvironmentName {
        guard let name = EnvironmentName(text) else {
            throw usage(
                "'\(clean(text))' is no environment's name",
                hint: "they are staging, production, development, or a branch's short form: see 'slipway env list'")
        }
        return name
    }
}
