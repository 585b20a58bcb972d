import Model

/// `slipway allow`
enum AllowVerb {
    private static let commit = Flag("commit", value: "SHA", "the commit; the one that waits unless given")

    static let verb = Verb(
        "allow", .act, "allow a commit of a fork's pull request to be built and run",
        operands: [.project, .environment], flags: [commit, .socket],
        details: [
            "Where the manifest says environments.preview.forks: ask, a pull request from a fork waits for this word, and"
                + " every push to it for another. Read the commit first, its Dockerfile and base images with it: it"
                + " is built and run on this machine, without secrets and without a network for its build.",
            "At the Git host a person with write access can comment `/slipway allow` on the pull request instead.",
        ],
        examples: [
            .init("allow shop pr-42", "the commit that pr-42 waits with"),
            .init("allow shop pr-42 --commit 1a2b3c4", "that one, or nothing where it is another by now"),
        ]
    ) { invocation async throws(CommandProblem) in
        let (id, _) = try await invocation.environment()
        let status = try await invocation.client.get(EnvironmentStatus.self, .environment(id)).value
        let waiting = status.gates.contains { $0.kind == .allowance } ? status.wanted : nil
        let chosen: ObjectID
        if let text = invocation.value(commit) {
            // What is meant is what waits: an abbreviation is read against that alone.
            if let full = ObjectID(text) {
                chosen = full
            } else if let waiting, text.count >= 7, waiting.hex.hasPrefix(text.lowercased()) {
                chosen = waiting
            } else {
                throw invocation.usage(
                    "\(id) does not wait with a commit '\(clean(text))'"
                        + (waiting.map { "; it waits with \($0.hex)" } ?? ""))
            }
        } else if let waiting {
            chosen = waiting
        } else {
            throw .request(
                .conflict(
                    "\(id) does not wait to be allowed; 'slipway why \(id.project) \(id.name)' says what it does"))
        }
        try await invocation.client.post(APIPath.environment(id).adding("allow"), ["commit": chosen.hex])
        invocation.screen.line(
            "\(chosen.hex) is allowed in \(id); 'slipway wait \(id.project) \(id.name) --commit \(chosen.short)' waits for it"
        )
        return ExitCode.done
    }
}
