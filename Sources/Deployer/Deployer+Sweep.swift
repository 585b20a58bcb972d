import ContainerEngine
import Lifecycle
package import Model
import Synchronization

extension Deployer {
    /// Drains, stops and removes what is not wanted any more; does nothing while `wanted` is not what runs.
    ///
    /// May wait for as long as a drain takes. Safe to repeat and to cancel; ends early when a pass over the
    /// environment begins after it.
    package func sweep(_ wanted: WantedEnvironment) async throws(StageFailure) {
        let turn = turns.turn(of: wanted.id)
        // What the proxy sends requests to must be known before anything goes.
        try await router.settle()
        let observed = try await observeForPlan(wanted.id)
        let steps = decisions.sweep(observed, wanted)
        try await retire(steps, of: wanted.id) { container in
            self.turns.mayRetire(container, of: wanted.id, turn: turn)
        }
    }

    /// Removes an environment and everything it has: routes, containers, volumes, network.
    package func remove(_ id: EnvironmentID) async throws(StageFailure) {
        turns.begin(id)
        try await router.set([], for: id)
        let observed = try await observe(id)
        let steps = decisions.removal(observed)
        try await retire(steps, of: id) { _ in true }
        do throws(EngineError) {
            for step in steps {
                switch step {
                case .removeVolume(let name): try await engine.removeVolume(name)
                case .removeNetwork(let network): try await engine.removeNetwork(network.id)
                default: break
                }
            }
        } catch {
            throw .engine(error, "not everything of \(id) could be removed")
        }
    }

    /// Performs the retirements among the steps, a few at a time; all are tried, and the first failure is thrown.
    func retire(
        _ steps: [Step], of id: EnvironmentID, isStillTrue: @escaping @Sendable (String) -> Bool
    ) async throws(StageFailure) {
        let retirements = steps.compactMap { step -> Retirement? in
            if case .retire(let retirement) = step { retirement } else { nil }
        }
        let failure = await withTaskGroup(of: StageFailure?.self) { group in
            var rest = retirements[...]
            var first: StageFailure?
            for retirement in rest.prefix(Limit.retirements) {
                group.addTask { await self.retire(retirement, isStillTrue: isStillTrue) }
            }
            rest = rest.dropFirst(Limit.retirements)
            for await failure in group {
                first = first ?? failure
                guard let next = rest.popFirst() else { continue }
                group.addTask { await self.retire(next, isStillTrue: isStillTrue) }
            }
            return first
        }
        if let failure { throw failure }
    }

    /// Lets requests in flight come to their end, then stops and removes a container.
    private func retire(_ retirement: Retirement, isStillTrue: @Sendable (String) -> Bool) async -> StageFailure? {
        let id = retirement.container.id
        if retirement.isRunning, let port = retirement.port {
            if let since = await router.idle(port: port, madeAt: retirement.madeAt) {
                do { try await SteadyClock.sleep(until: since + retirement.drainTimeout) } catch {
                    return .cancelled
                }
            }
            // Never from under the proxy: a later pass may have gone back to it.
            if await router.isServing(port: port) { return nil }
        }
        Failpoint.pass("deploy.old.drained")
        guard !Task.isCancelled, isStillTrue(id) else { return nil }
        // Gone through with even when the sweep is broken off: the engine stops what it was asked to stop, and until
        // that is over no pass may go back to the container. Who broke the sweep off does not wait for it.
        let outcome = RetirementOutcome()
        _ = BackgroundWork { outcome.ended(await self.takeAway(retirement)) }
        return await outcome.value()
    }

    /// Removes a container, and remembers it where nobody hears what became of that.
    func remove(container id: String) async throws(EngineError) {
        do throws(EngineError) { try await engine.remove(id, force: true) } catch {
            // A status is an answer, and what could not even be sent needs none.
            if error.status == 0, !error.isUnsent { lostRemovals.lost(id) }
            throw error
        }
        lostRemovals.settled(id)
    }

    private func takeAway(_ retirement: Retirement) async -> StageFailure? {
        let (id, name) = (retirement.container.id, retirement.container.name)
        defer { turns.retired(id) }
        do throws(EngineError) {
            if retirement.isRunning { try await engine.stop(id, timeout: nil) }
            Failpoint.pass("deploy.old.stopped")
            try await remove(container: id)
            Failpoint.pass("deploy.old.removed")
        } catch {
            return .engine(error, "container \(name) cannot be removed")
        }
        if let port = retirement.port { await ports.release(port: port) }
        return nil
    }
}

/// What came of taking a container away, for the sweep that began it.
private final class RetirementOutcome: Sendable {
    private let ending = Wake()
    private let stored = Mutex<StageFailure?>(.cancelled)

    /// The container is gone, or could not be removed.
    func ended(_ failure: StageFailure?) {
        stored.withLock { $0 = failure }
        ending.ring()
    }

    /// What came of it; cancelled when the task is before that is known.
    func value() async -> StageFailure? {
        await ending.wait(until: nil)
        return stored.withLock { $0 }
    }
}
