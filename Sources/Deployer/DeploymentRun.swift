import ContainerEngine
import Lifecycle
import Model
import Synchronization

/// One pass over one environment: performs a plan's steps, and can take back what it did before routes moved.
final class DeploymentRun: Sendable {
    let deployer: Deployer
    let wanted: WantedEnvironment
    let observed: ObservedEnvironment
    let reporter: any DeploymentReporter
    let traces = Mutex(Traces())

    /// What was done so far, as far as later steps and ``undo()`` need it.
    struct Traces {
        /// The ports of the containers that serve, by the names the plan gave them.
        var ports: [String: Int] = [:]
        /// The names of what this pass made, or was about to make.
        var disposable: Set<String> = []
        /// The names of what was found healthy.
        var proven: Set<String> = []
        /// What was stopped so that a successor could start.
        var stopped: [ContainerReference] = []
    }

    init(
        deployer: Deployer, wanted: WantedEnvironment, observed: ObservedEnvironment, reporter: any DeploymentReporter
    ) {
        self.deployer = deployer
        self.wanted = wanted
        self.observed = observed
        self.reporter = reporter
        let known = observed.containers.compactMap { container in
            container.labels.port.map { (container.name, $0) }
        }
        traces.withLock { $0.ports = Dictionary(known) { first, _ in first } }
    }

    /// Performs the steps in order.
    func perform(_ steps: [Step]) async throws(StageFailure) {
        var state: DeploymentState?
        func enter(_ next: DeploymentState) async {
            guard state != next else { return }
            state = next
            await reporter.entered(next)
        }
        await enter(.preparing)
        for step in steps {
            guard !Task.isCancelled else { throw .cancelled }
            switch step {
            case .createNetwork(let name):
                try await report("create network \(name)") { () throws(StageFailure) in
                    try await self.deployer.makeNetwork(named: name, for: self.wanted)
                }
            case .rest(let containers):
                for container in containers { try await rest(container) }
            case .launch(let services):
                await enter(.starting)
                try await launch(services)
            case .route(let targets):
                try await takeLeave()
                await enter(.switching)
                try await move(targets)
            case .retire, .removeNetwork, .removeVolume:
                preconditionFailure("a plan that brings something up removes nothing")
            }
        }
        // Nothing is routed: what was replaced goes when the caller sweeps, which it must be asked about too.
        if state != .switching { try await takeLeave() }
    }

    /// How long a container that is to rest may take to end: it would soon have ended by itself.
    private static let restingStop = Duration.seconds(1)

    private func rest(_ container: ContainerReference) async throws(StageFailure) {
        try await report("leave \(container.name) alone") { () throws(StageFailure) in
            do throws(EngineError) {
                try await self.deployer.engine.stop(container.id, timeout: Self.restingStop)
            } catch {
                throw .engine(error, "container \(container.name) cannot be stopped")
            }
        }
    }

    /// The last moment to give up.
    private func takeLeave() async throws(StageFailure) {
        let isAllowed = await reporter.maySwitch()
        guard isAllowed, !Task.isCancelled else { throw .cancelled }
    }

    /// Sends the hosts to where they belong. The router does not listen to cancellation: a switch once begun is finished.
    private func move(_ targets: [RouteTarget]) async throws(StageFailure) {
        let ports = traces.withLock { $0.ports }
        let routes = targets.map { target in
            Route(
                environment: wanted.id, service: target.service, hosts: target.hosts,
                ports: target.containers.compactMap { ports[$0] })
        }
        try await report("move routes of \(wanted.id)") { () throws(StageFailure) in
            try await self.deployer.router.set(routes, for: self.wanted.id)
        }
    }

    /// Brings up services side by side; the first that fails ends the others.
    private func launch(_ services: [ServiceLaunch]) async throws(StageFailure) {
        try await DeploymentRun.concurrently(services) { service throws(StageFailure) in
            try await self.launch(service)
        }
    }

    /// Tells the reporter of a step and how it went.
    func report(_ name: String, _ body: () async throws(StageFailure) -> Void) async throws(StageFailure) {
        await reporter.step(name, .began)
        do {
            try await body()
        } catch {
            await reporter.step(name, .failed(error.message))
            throw error
        }
        await reporter.step(name, .done("done"))
    }

    /// Does the same for every element, side by side; the first failure cancels the rest and is thrown.
    static func concurrently<Element: Sendable>(
        _ elements: [Element], _ body: @escaping @Sendable (Element) async throws(StageFailure) -> Void
    ) async throws(StageFailure) {
        if elements.count == 1, let only = elements.first { return try await body(only) }
        let failure = await withTaskGroup(of: StageFailure?.self) { group in
            for element in elements {
                group.addTask {
                    do throws(StageFailure) {
                        try await body(element)
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            var first: StageFailure?
            for await failure in group {
                guard let failure else { continue }
                // The others say "cancelled" only because of the first.
                if first == nil || first?.verdict == .cancelled && failure.verdict != .cancelled { first = failure }
                group.cancelAll()
            }
            return first
        }
        if let failure { throw failure }
    }
}
