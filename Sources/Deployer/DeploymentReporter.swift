package import Model

/// Hears how a deployment goes, and is asked before its routes move.
package protocol DeploymentReporter: Sendable {
    /// The deployment has reached that state.
    func entered(_ state: DeploymentState) async
    /// A step began or ended; its name says what it does to which container.
    func step(_ name: String, _ progress: StepProgress) async
    /// Whether the routes may move now; false ends the deployment as cancelled, with nothing changed.
    func maySwitch() async -> Bool
}

/// How far a step is.
package enum StepProgress: Sendable, Hashable {
    /// It begins now.
    case began
    /// It ended well; in words, what came of it.
    case done(String)
    /// It ended badly; in words, why.
    case failed(String)
}

/// Hands out loopback ports, and remembers which container has which.
package protocol PortSource: Sendable {
    /// The port of the container of that name: the same one as before, else one that is free.
    func port(for container: String) async throws(StageFailure) -> Int
    /// Containers, by name, were found to publish on these ports: what lends them may have forgotten.
    func found(_ ports: [String: Int]) async
    /// Nothing publishes on that port any more, or something foreign does.
    func release(port: Int) async
    /// Whether nothing listens on that port now.
    func isUnused(_ port: Int) async -> Bool
}

/// What came of a pass over an environment.
package struct Convergence: Sendable, Hashable {
    /// Whether anything had to be done.
    package let changed: Bool
    /// Whether containers are left that ``Deployer/sweep(_:)`` should drain and remove.
    package let needsSweep: Bool
    /// The containers, by name, that it waited for, and that were healthy then.
    package let proven: Set<String>

    /// A result as given.
    package init(changed: Bool, needsSweep: Bool, proven: Set<String> = []) {
        self.changed = changed
        self.needsSweep = needsSweep
        self.proven = proven
    }
}
