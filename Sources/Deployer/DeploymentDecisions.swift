/// The pure decisions of this stage, by name: a simulation proves its worth by putting wrong ones in their place.
package struct DeploymentDecisions: Sendable {
    /// The steps until an environment runs and serves what is wanted.
    package var steps: @Sendable (ObservedEnvironment, WantedEnvironment) -> [Step]
    /// What goes once it does.
    package var sweep: @Sendable (ObservedEnvironment, WantedEnvironment) -> [Step]
    /// What it takes until nothing of it is left.
    package var removal: @Sendable (ObservedEnvironment) -> [Step]

    /// What ``DeploymentPlan`` says.
    package static let standard = Self(
        steps: { DeploymentPlan.steps(from: $0, to: $1) }, sweep: { DeploymentPlan.sweep(of: $0, to: $1) },
        removal: { DeploymentPlan.removal(of: $0) })
}
