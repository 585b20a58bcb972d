/// One thing the program can be asked to do: what it is called, what it takes, and what carries it out.
struct Verb: Sendable {
    /// Its words: `status`, `env show`.
    let name: String
    /// Under which heading `slipway help` lists it.
    let group: Group
    /// One line.
    let summary: String
    /// What it takes, in order.
    let operands: [Operand]
    /// What it takes besides `--help`.
    let flags: [Flag]
    /// What else there is to know, a paragraph each.
    let details: [String]
    /// How it is used; never empty.
    let examples: [Example]
    /// What carries it out; returns the exit status.
    let run: @Sendable (Invocation) async throws(CommandProblem) -> Int32

    init(
        _ name: String, _ group: Group, _ summary: String, operands: [Operand] = [], flags: [Flag] = [],
        details: [String] = [], examples: [Example],
        run: @escaping @Sendable (Invocation) async throws(CommandProblem) -> Int32
    ) {
        self.name = name
        self.group = group
        self.summary = summary
        self.operands = operands
        self.flags = flags
        self.details = details
        self.examples = examples
        self.run = run
    }

    /// The headings of `slipway help`.
    enum Group: String, Sendable, CaseIterable {
        /// Setting up and running the daemon.
        case run = "Run it"
        /// Asking the daemon.
        case look = "Look"
        /// Changing what runs.
        case act = "Act"
        /// Everything else.
        case other = "Other"
        /// For machines; listed nowhere.
        case hidden
    }

    /// A way to use a verb.
    struct Example: Sendable {
        /// What is typed, without `slipway`.
        let line: String
        /// What it does.
        let effect: String

        init(_ line: String, _ effect: String) {
            self.line = line
            self.effect = effect
        }
    }

    /// Its words, apart.
    var words: [String] { name.split(separator: " ").map(String.init) }

    /// How many operands it needs at least.
    var requiredCount: Int { operands.count { !$0.isOptional } }

    /// Whether its project may be left out inside a clone.
    var infersProject: Bool { operands.first?.isInferred ?? false }

    /// `slipway logs [PROJECT] ENVIRONMENT [--follow] [--tail N]`.
    var usage: String {
        let parts = operands.map(\.usage) + flags.map { $0.isRequired ? $0.usage : "[\($0.usage)]" }
        return (["slipway \(name)"] + parts).joined(separator: " ")
    }
}

/// Something a verb takes by its place.
struct Operand: Sendable, Hashable {
    /// How it is written in the usage: `ENVIRONMENT`.
    let name: String
    /// Whether it may be left out.
    let isOptional: Bool
    /// Whether it may be left out inside a clone, being found out there.
    let isInferred: Bool

    private init(_ name: String, isOptional: Bool, isInferred: Bool) {
        self.name = name
        self.isOptional = isOptional
        self.isInferred = isInferred
    }

    /// One that must be there.
    static func required(_ name: String) -> Self { Self(name, isOptional: false, isInferred: false) }
    /// One that may be left out.
    static func optional(_ name: String) -> Self { Self(name, isOptional: true, isInferred: false) }
    /// The project, found out inside a clone.
    static let project = Self("PROJECT", isOptional: false, isInferred: true)
    /// An environment's name.
    static let environment = Self.required("ENVIRONMENT")

    /// `ENVIRONMENT`, `[RELEASE]`.
    var usage: String { isOptional || isInferred ? "[\(name)]" : name }
}

/// Something a verb takes by its name.
struct Flag: Sendable, Hashable {
    /// Its long name, without `--`.
    let name: String
    /// Its short name, without `-`.
    let short: Character?
    /// What its value is called; nil: it takes none.
    let value: String?
    /// What it does.
    let summary: String

    /// Whether it must be given.
    let isRequired: Bool

    init(
        _ name: String, short: Character? = nil, value: String? = nil, isRequired: Bool = false, _ summary: String
    ) {
        self.name = name
        self.short = short
        self.value = value
        self.isRequired = isRequired
        self.summary = summary
    }

    /// `--tail N`.
    var usage: String { "--\(name)" + (value.map { " \($0)" } ?? "") }

    /// `-n, --tail N`.
    var synopsis: String { (short.map { "-\($0), " } ?? "") + usage }

    /// Every verb has it.
    static let help = Self("help", short: "h", "show this")
    /// Every verb that asks the daemon has it.
    static let socket = Self("socket", value: "PATH", "the daemon's Unix socket; also $SLIPWAY_SOCKET")
    /// Every listing has it.
    static let json = Self("json", "print the daemon's own JSON")
    /// Every verb that reads the daemon's configuration has it.
    static let config = Self("config", short: "c", value: "PATH", "the daemon's configuration")
    /// How many entries a listing has.
    static func limit(_ count: Int) -> Self {
        Self("limit", short: "n", value: "N", "how many to show, newest first; \(count) unless given")
    }
    /// Goes on as more comes.
    static let follow = Self("follow", short: "f", "go on as more comes")
}
