import ContainerEngine
import Model

/// What has to be done about an environment: the difference between what is wanted and what is observed.
///
/// Pure, so a crash between any two steps is repaired by planning again from what is then observed.
/// Only containers that carry our instance label are ever observed, so no plan touches a stranger's.
package enum DeploymentPlan {
    /// The steps until the environment runs and serves what is wanted; none when it does already.
    ///
    /// What is replaced keeps running: ``sweep(of:to:)`` says what goes afterwards.
    package static func steps(from observed: ObservedEnvironment, to wanted: WantedEnvironment) -> [Step] {
        let draft = Draft(observed: observed, wanted: wanted)
        var steps: [Step] = []
        let network = ContainerNames.network(of: wanted.id)
        if !observed.networks.contains(where: { $0.name == network }) { steps.append(.createNetwork(network)) }
        if !draft.restless.isEmpty { steps.append(.rest(draft.restless)) }
        for wave in waves(of: wanted.release.services) {
            let launches = wave.compactMap { draft.launch(of: $0) }
            if !launches.isEmpty { steps.append(.launch(launches)) }
        }
        if let targets = draft.targets { steps.append(.route(targets)) }
        return steps
    }

    /// What goes once the environment runs and serves what is wanted: everything of ours that is not part of it.
    ///
    /// Nothing while anything is left to do: what is replaced may still be serving.
    package static func sweep(of observed: ObservedEnvironment, to wanted: WantedEnvironment) -> [Step] {
        guard steps(from: observed, to: wanted).isEmpty else { return [] }
        return leftovers(in: observed, of: wanted)
    }

    /// What is there beside what is wanted.
    package static func leftovers(in observed: ObservedEnvironment, of wanted: WantedEnvironment) -> [Step] {
        let kept = Set(Draft(observed: observed, wanted: wanted).members.values.flatMap { $0.values }.map(\.id))
        return observed.containers.filter { !kept.contains($0.id) }.map { container in
            // The definition it was made with is not known any more; its successor's is the best guess.
            let definition = container.labels.service.flatMap { wanted.service($0)?.definition } ?? ServiceDefinition()
            return .retire(
                Retirement(
                    container: ContainerReference(container), port: container.labels.port,
                    madeAt: container.createdAt, isRunning: container.isAlive, drainTimeout: definition.drainTimeout))
        }
    }

    /// What it takes until nothing of the environment is left. Routes go first, and are not part of it.
    package static func removal(of observed: ObservedEnvironment) -> [Step] {
        var steps = observed.containers.map { container in
            Step.retire(
                Retirement(
                    container: ContainerReference(container), port: container.labels.port,
                    madeAt: container.createdAt, isRunning: container.isAlive, drainTimeout: .zero))
        }
        steps += observed.volumes.map { .removeVolume($0.name) }
        steps += observed.networks.map { .removeNetwork($0) }
        return steps
    }

    /// The services in the order of their dependencies: each wave needs only the waves before it.
    ///
    /// Names that are no service do not count, and services that wait for each other come last, together:
    /// the manifest's reader has refused both.
    static func waves(of services: [ReleasedService]) -> [[ReleasedService]] {
        var rest = services
        var done: Set<String> = []
        var waves: [[ReleasedService]] = []
        let known = Set(services.map(\.name))
        while !rest.isEmpty {
            let ready = rest.filter { $0.definition.dependsOn.allSatisfy { done.contains($0) || !known.contains($0) } }
            let wave = ready.isEmpty ? rest : ready
            waves.append(wave)
            done.formUnion(wave.map(\.name))
            rest.removeAll { done.contains($0.name) }
        }
        return waves
    }
}

extension ObservedContainer {
    /// Whether it has a process, or is about to get one.
    package var isAlive: Bool {
        switch state {
        case .running, .paused, .restarting: true
        case .created, .exited, .dead: false
        }
    }

    /// Whether it is what one replica of a service should be.
    func isCurrent(_ service: ReleasedService, replica: Int, in wanted: WantedEnvironment) -> Bool {
        labels.service == service.name && labels.replica == replica && labels.release == wanted.release.id
            && labels.configuration == wanted.configuration.digest && image == service.image
    }
}
