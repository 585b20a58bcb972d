import TestSupport

/// Lets one scene at a time play on Podman and two on Docker, each on an engine of its own: two daemons with the same
/// project would be in each other's way on one.
///
/// Two Podmans side by side choose the same name for the bridge of a network, and the one takes it from under the other.
actor Stages {
    private static let podman = Stages(count: 1)
    private static let docker = Stages(count: 2)

    /// The stages of a kind of engine.
    static func stages(of program: EngineFixture.Program) -> Stages { program == .podman ? podman : docker }

    private var free: [Int]
    private var waiting: [CheckedContinuation<Int, Never>] = []

    private init(count: Int) { free = Array((0..<count).reversed()) }

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
