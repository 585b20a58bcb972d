import Daemon
import Deployer
import Model
import Promoter

/// Everything that is decided when nothing has changed: the Promoter for every project, the plan and the next action for
/// every environment.
struct Pass {
    /// A project, and its environments as they are remembered, wanted and observed.
    struct Project {
        var facts: ProjectFacts
        var environments: [Environment]
    }

    /// One environment.
    struct Environment {
        var machine: EnvironmentMachine
        var wanted: WantedEnvironment
        var observed: ObservedEnvironment
    }

    private(set) var projects: [Project]

    init(projects: [Project]) { self.projects = projects }

    /// Decides once; returns what there is to do, which should be nothing.
    mutating func run(at now: Timestamp) -> Int {
        var actions = 0
        for index in projects.indices {
            let decision = Promotion.wishes(for: projects[index].facts, hashing: sha256)
            let wishes = Dictionary(
                decision.wishes.map { ($0.environment, $0) }, uniquingKeysWith: { first, _ in first })
            for place in projects[index].environments.indices {
                let id = projects[index].environments[place].wanted.id
                guard let wish = wishes[id] else {
                    actions += 1
                    continue
                }
                let finding = wish.commit.flatMap { projects[index].facts.candidates[$0] }
                if !projects[index].environments[place].isAtRest(wish, finding: finding, at: now) { actions += 1 }
            }
        }
        return actions
    }
}

extension Pass.Environment {
    /// Looks as after an event of the engine's: whether nothing follows from it.
    mutating func isAtRest(
        _ wish: EnvironmentWish, finding: ProjectFacts.CandidateFinding?, at now: Timestamp
    ) -> Bool {
        machine.wished(wish, finding: finding)
        machine.stirred()
        guard machine.next(at: now) == .repair else { return false }
        guard DeploymentPlan.steps(from: observed, to: wanted).isEmpty else { return false }
        machine.repaired()
        if machine.next(at: now) == .sweep {
            guard DeploymentPlan.leftovers(in: observed, of: wanted).isEmpty else { return false }
            machine.swept()
        }
        return machine.next(at: now) == .rest(until: nil)
    }
}
