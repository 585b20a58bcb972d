import Model

extension DaemonStatus {
    static func make() -> Self {
        Self(
            version: "1", instance: "i", startedAt: Timestamp(milliseconds: 0), engine: PartStatus(name: "engine"),
            router: PartStatus(name: "router"), projects: [])
    }
}

extension ProjectStatus {
    static func make(_ name: ProjectName) -> Self {
        Self(
            name: name, remote: "https://h/shop.git", defaultBranch: nil, listedAt: nil, problem: nil,
            manifestProblem: nil, environments: [])
    }
}

extension EnvironmentStatus {
    static func make(_ id: EnvironmentID) -> Self {
        Self(id: id, kind: .staging, ref: nil, urls: [], health: .healthy, progress: .current, reason: "main")
    }
}

extension DaemonEvent {
    static func make(_ sequence: Int64) -> Self {
        Self(
            sequence: sequence, at: Timestamp(milliseconds: 0), project: nil, environment: nil, kind: "ref.moved",
            message: "event \(sequence)")
    }
}
