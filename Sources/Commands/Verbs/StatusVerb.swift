import Model

/// `slipway status`
enum StatusVerb {
    static let verb = Verb(
        "status", .look, "what runs where, and what it waits for", operands: [.optional("PROJECT")],
        flags: [.json, .socket],
        details: ["Without PROJECT, every project is shown, also inside a clone."],
        examples: [.init("status", "every project"), .init("status shop --json", "one project, for a script")]
    ) { invocation async throws(CommandProblem) in
        let screen = invocation.screen
        let page = StatusPage(style: screen.style, now: invocation.context.now())
        if let name = try invocation.namedProject() {
            let answer = try await invocation.client.get(ProjectStatus.self, .project(name))
            screen.show(answer, asJSON: invocation.has(.json)) { page.project($0) }
        } else {
            let answer = try await invocation.client.get(DaemonStatus.self, .status)
            screen.show(answer, asJSON: invocation.has(.json)) { page.daemon($0) }
        }
        return ExitCode.done
    }
}

extension Invocation {
    /// The project that was named, where naming one only narrows what is shown.
    func namedProject() throws(CommandProblem) -> ProjectName? {
        guard let text = arguments.operands.first else { return nil }
        guard let name = ProjectName(text) else { throw usage("'\(clean(text))' is no project's name") }
        return name
    }
}

extension Screen {
    /// Prints an answer: as it came, or for people.
    func show<Value>(_ answer: DaemonClient.Answer<Value>, asJSON: Bool, _ page: (Value) -> String) {
        if asJSON { return json(answer.json) }
        text(page(answer.value))
    }

    /// Prints JSON as it came, on lines of its own.
    func json(_ json: [UInt8]) { bytes(json.last == UInt8(ascii: "\n") ? json : json + [UInt8(ascii: "\n")]) }
}
