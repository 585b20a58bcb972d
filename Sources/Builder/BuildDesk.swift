import ContainerEngine
import Lifecycle
package import Model
import Synchronization

/// Performs what ``BuildFlights`` decides: one build per key however many callers want its image.
package final class BuildDesk: Sendable {
    /// What makes two wishes one build. A build that may not use the network can fail where one that may succeeds,
    /// so they are never the same.
    struct Key: Hashable, Sendable {
        let project: ProjectName
        let key: Digest
        let isNetworkAllowed: Bool

        init(_ job: BuildJob) {
            (project, key, isNetworkAllowed) = (job.project, job.key, job.isNetworkAllowed)
        }
    }

    /// What a build does; it asks for the engine when it finds that it needs it.
    package typealias Work = @Sendable (BuildJob, BuildHooks, BuildTurn) async -> Result<ImageID, StageFailure>

    private struct Caller {
        let job: BuildJob
        let hooks: BuildHooks
        let continuation: CheckedContinuation<Result<ImageID, StageFailure>, Never>
    }

    private struct State {
        var flights: BuildFlights<Key, Int>
        var callers: [Int: Caller] = [:]
        var nextCaller = 0
        var work: [Key: BackgroundWork] = [:]
        var turns: [Key: BuildTurn] = [:]
    }

    private let state: Mutex<State>
    private let work: Work

    /// A desk at which at most `concurrency` builds use the engine at once.
    package init(concurrency: Int, work: @escaping Work) {
        state = Mutex(State(flights: BuildFlights(limit: concurrency)))
        self.work = work
    }

    /// The image of a job. Cancelling the caller's task returns at once; the build goes on while another waits for it.
    package func image(for job: BuildJob, hooks: BuildHooks) async -> Result<ImageID, StageFailure> {
        let caller = state.withLock { state in
            state.nextCaller += 1
            return state.nextCaller
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                state.withLock { state in
                    // Cancellation marks the task before it calls the handler, which waits for this lock.
                    guard !Task.isCancelled else { return continuation.resume(returning: .failure(.cancelled)) }
                    state.callers[caller] = Caller(job: job, hooks: hooks, continuation: continuation)
                    perform(state.flights.joined(caller, Key(job)), &state)
                }
            }
        } onCancel: {
            state.withLock { state in
                guard let gone = state.callers.removeValue(forKey: caller) else { return }
                perform(state.flights.left(caller), &state)
                gone.continuation.resume(returning: .failure(.cancelled))
            }
        }
    }

    // Called under the lock: nothing here waits, and resuming a continuation runs nothing of its task.
    private func perform(_ actions: [BuildFlights<Key, Int>.Action], _ state: inout State) {
        for action in actions {
            switch action {
            case .begin(let key, let caller):
                guard let first = state.callers[caller] else { preconditionFailure("a build begins for a caller") }
                let turn = BuildTurn { [self] in self.state.withLock { perform($0.flights.needsEngine(key), &$0) } }
                state.turns[key] = turn
                state.work[key] = BackgroundWork { [self] in
                    let result = await work(first.job, first.hooks, turn)
                    finish(key, result)
                }
            case .admit(let key): state.turns[key]?.come()
            case .cancel(let key): state.work[key]?.cancel()
            }
        }
    }

    private func finish(_ key: Key, _ result: Result<ImageID, StageFailure>) {
        state.withLock { state in
            state.work[key] = nil
            state.turns[key] = nil
            let (callers, actions) = state.flights.ended(key)
            for caller in callers {
                state.callers.removeValue(forKey: caller)?.continuation.resume(returning: result)
            }
            perform(actions, &state)
        }
    }
}

/// A build's place in the queue for the engine.
package final class BuildTurn: Sendable {
    private let hasCome = Mutex(false)
    private let wake = Wake()
    private let ask: @Sendable () -> Void

    init(ask: @escaping @Sendable () -> Void) { self.ask = ask }

    /// Waits for the engine to be free; false when the build was cancelled meanwhile.
    package func wait() async -> Bool {
        ask()
        await wake.wait(until: nil)
        return hasCome.withLock { $0 } && !Task.isCancelled
    }

    /// The engine is free.
    func come() {
        hasCome.withLock { $0 = true }
        wake.ring()
    }
}
