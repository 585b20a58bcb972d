import TestSupport

/// Lets two scenes at a time play on each kind of engine, each on an engine of its own: two daemons with the same project
/// would be in each other's way on one.
actor Stages {
    private static let podman = Stages()
    private static let docker = Stages()

    /// The stages of a kind of engine.
    static func stages(of program: EngineFixture.Program) -> Stages { program == .podman ? podman : docker }

    private var free = [1, 0]
    private var waiting: [CheckedContinuation<Int, Never>] = []

    /// Waits until a stage is free, and takes it; its number.
    func enter() async -> Int {
        if let number = free.popLast() { return number }
        return await withCheckedContinuation { waiting.append($0) }
    }

    /// Gives the stage to whoever waits longest.
    func leave(_ number: Int) {
        if waiting.isEmpty { free.append(number) } else { waiting.removeFirst().resume(returning: number) }
    }
}
