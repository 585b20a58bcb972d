/// Something the daemon works on, small enough to be set aside without the rest.
package enum WorkObject: Sendable, Hashable {
    /// A project: taking in its listings, deciding about it.
    case project(ProjectName)
    /// An environment: its deployments and what runs there.
    case environment(EnvironmentID)
    /// A commit of a project: reading its manifest and its build context.
    case commit(ProjectName, ObjectID)
    /// A delivery, by a hash of its body.
    case delivery(ProjectName, String)

    /// The project it belongs to.
    package var project: ProjectName {
        switch self {
        case .project(let project), .commit(let project, _), .delivery(let project, _): project
        case .environment(let id): id.project
        }
    }

    /// Its environment, if it is one.
    package var environment: EnvironmentName? {
        if case .environment(let id) = self { id.name } else { nil }
    }

    /// Reads what ``description`` writes.
    package init?(_ text: String) {
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 2 else { return nil }
        let parts = words[1].split(separator: "/", omittingEmptySubsequences: false)
        guard let project = parts.first.flatMap({ ProjectName(String($0)) }) else { return nil }
        switch (words[0], parts.count) {
        case ("project", 1): self = .project(project)
        case ("environment", 2):
            guard let name = EnvironmentName(String(parts[1])) else { return nil }
            self = .environment(EnvironmentID(project: project, name: name))
        case ("commit", 2):
            guard let commit = ObjectID(String(parts[1])) else { return nil }
            self = .commit(project, commit)
        case ("delivery", 2) where !parts[1].isEmpty && parts[1].allSatisfy(\.isHexDigit):
            self = .delivery(project, String(parts[1]))
        default: return nil
        }
    }
}

extension WorkObject: CustomStringConvertible {
    /// `project shop`, `environment shop/staging`, `commit shop/f0ca…`, `delivery shop/9b74…`
    package var description: String {
        switch self {
        case .project(let project): "project \(project)"
        case .environment(let id): "environment \(id)"
        case .commit(let project, let commit): "commit \(project)/\(commit.hex)"
        case .delivery(let project, let digest): "delivery \(project)/\(digest)"
        }
    }
}

/// Something that the daemon has crashed over.
package struct Suspect: Sendable, Hashable, Codable {
    /// What, as ``WorkObject`` writes it.
    package var object: String
    /// How often the daemon crashed in work on it.
    package var crashes: Int
    /// When it did so last.
    package var lastAt: Timestamp
    /// How: "signal 4 (illegal instruction)".
    package var cause: String
    /// Whether it is set aside: not worked on until a person releases it.
    package var isSetAside: Bool

    /// A suspect as given.
    package init(object: String, crashes: Int, lastAt: Timestamp, cause: String, isSetAside: Bool) {
        self.object = object
        self.crashes = crashes
        self.lastAt = lastAt
        self.cause = cause
        self.isSetAside = isSetAside
    }

    /// How many crashes set it aside.
    package static let limit = 3

    /// What people are told of something that is set aside.
    package var sentence: String {
        "\(object) is set aside: the daemon crashed \(crashes) times in work on it, last at \(lastAt) by \(cause)"
    }

    /// What lets it be worked on again.
    package var remedy: String { "slipway quarantine release \(object)   lets it be tried again" }
}
