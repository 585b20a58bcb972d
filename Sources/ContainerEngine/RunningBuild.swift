import Glibc
import HTTPClient
import Lifecycle
import Model
import Synchronization

/// One build: what its caller, the thread that performs it and the thread that may have to end it know of it.
///
/// Docker ends a build whose connection is closed. Podman goes on: what its steps run must be killed, again and again
/// until its answer ends, as another step may begin. The caller does not wait for that longer than ``promptness``.
final class RunningBuild: Sendable {
    private struct State {
        /// The engine's answer is over.
        var isFinished = false
        /// The build is to be ended.
        var isUnwanted = false
        var outcome: Result<ImageID, EngineError>?
        var caller: CheckedContinuation<Result<ImageID, EngineError>, Never>?
    }

    /// How long the caller waits for the end of a build that is to be ended.
    static let promptness = Duration.milliseconds(4500)
    /// How long such a build is watched: it may be fetching a large base image, and run its first step only then.
    static let patience = Duration.seconds(1800)
    private static let pauseMicroseconds: UInt32 = 20_000
    private static let latePauseMicroseconds: UInt32 = 250_000

    /// The control group of the steps, where they have one of their own.
    let group: BuildGroup?
    /// Closes the connection.
    let cancellation = Cancellation()
    /// Rings when the build has finished.
    let wake = Wake()
    private let state = Mutex(State())
    /// Whether the caller's closures may still be called; held while one is.
    private let callerListens = Mutex(true)

    init(group: BuildGroup?) { self.group = group }

    /// Whether it is to be ended, or was.
    var isUnwanted: Bool { state.withLock { $0.isUnwanted } }

    private var isFinished: Bool { state.withLock { $0.isFinished } }

    /// The engine's answer is over, and this came of it.
    func finish(_ result: Result<ImageID, EngineError>) {
        state.withLock { $0.isFinished = true }
        deliver(result)
        wake.ring()
    }

    /// What came of it, once that is known. To be asked for once.
    func outcome() async -> Result<ImageID, EngineError> {
        await withCheckedContinuation { continuation in
            let known = state.withLock { state in
                if state.outcome == nil { state.caller = continuation }
                return state.outcome
            }
            if let known { continuation.resume(returning: known) }
        }
    }

    /// Calls one of the caller's closures, unless the build is to be ended.
    func whileWanted<Value>(_ body: () throws -> Value) throws -> Value {
        try callerListens.withLock { isListening in
            guard isListening, !isUnwanted else { throw CancellationError() }
            return try body()
        }
    }

    /// Notes that the build is to be ended; false: it has finished.
    func beginEnd() -> Bool {
        state.withLock { state in
            if !state.isFinished { state.isUnwanted = true }
            return state.isUnwanted
        }
    }

    /// Ends the build. Blocks until the engine has ended its answer.
    func end() {
        guard let group else {
            cancellation.cancel()
            return Failpoint.pass("build.cancel.sent")
        }
        let prompt = Deadline.after(Self.promptness)
        let last = Deadline.after(Self.patience)
        while !isFinished, !last.hasPassed {
            group.kill()
            Failpoint.pass("build.cancel.sent")
            if prompt.hasPassed {
                deliver(.failure(EngineError(status: 0, code: .aborted, message: "cancelled", request: "POST /build")))
            }
            usleep(prompt.hasPassed ? Self.latePauseMicroseconds : Self.pauseMicroseconds)
        }
        cancellation.cancel()
        group.remove()
    }

    /// Lets the caller go with the result, unless it has gone. None of its closures is called from here on.
    private func deliver(_ result: Result<ImageID, EngineError>) {
        callerListens.withLock { $0 = false }
        let caller = state.withLock { state in
            if state.outcome == nil { state.outcome = result }
            defer { state.caller = nil }
            return state.caller
        }
        caller?.resume(returning: result)
    }
}
