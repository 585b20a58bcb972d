import TestSupport

/// Lets one scene at a time play on each engine: two daemons with the same project would be in each other's way.
actor Stages {
    private static let podman = Stages()
    private static let docker = Stages()

    /// The stage of an engine.
    static func stage(of program: EngineFixture.Program) -> Stages { program == .podman ? podman : docker }

    private var isTaken = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// Waits until the stage is free, and takes it.
    func enter() async {
        if isTaken { return await withCheckedContinuation { waiting.append($0) } }
        isTaken = true
    }

    /// Gives the stage to whoever waits longest.
    func leave() {
        if waiting.isEmpty { isTaken = false } else { waiting.removeFirst().resume() }
    }
}
