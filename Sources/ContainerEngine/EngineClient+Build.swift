import FoundationEssentials
import HTTPClient
import Lifecycle
package import Model
import Synchronization

extension EngineClient {
    /// Builds an image and returns its id.
    ///
    /// Cancelling the task, or running out of time, ends the build on the engine too, within five seconds.
    ///
    /// - Parameters:
    ///   - context: gives the next bytes of the context's tar, nil at its end; called on a thread of the client. What it
    ///     throws ends the build and is the error's `cause`.
    ///   - onOutput: gets the output as it comes, in pieces that need not be lines; called on a thread of the client.
    package func build(
        _ request: BuildRequest, context: @escaping @Sendable () throws -> [UInt8]?,
        onOutput: @escaping @Sendable (String) -> Void
    ) async throws(EngineError) -> ImageID {
        // Docker ends a build whose connection is closed. Podman does not: what its steps run must be killed, and is
        // found by a control group of its own. A rootless one may not choose its control group.
        let flavour = try await dialect().flavour
        let group = try await isRootfulPodman() ? BuildGroup() : nil
        let running = RunningBuild(group: group)
        var ask = Ask("POST", "/build")
        ask.query = try BuildQuery.items(of: request, on: flavour, cgroup: group?.name, for: ask.name)
        ask.timeout = request.timeout + Limit.buildEnd
        ask.headers.append(HTTPHeader("Content-Type", "application/x-tar"))
        if !request.registries.isEmpty {
            ask.headers.append(HTTPHeader("X-Registry-Config", try Registries.header(of: request.registries)))
        }
        let deadline = Deadline.after(request.timeout)
        async let end: Void = endOnCancellation(running, deadline: deadline)
        let result = await performBuild(ask, running, context: context, onOutput: onOutput)
        running.finish()
        await end
        if case .success(let image) = result { return image }
        if Task.isCancelled {
            throw EngineError(status: 0, code: .aborted, message: "cancelled", request: ask.name)
        }
        if case .failure(let error) = result, running.wasEnded || error.isTimeout {
            throw EngineError(
                status: 0, code: .timedOut, message: "the build did not end within \(request.timeout)",
                request: ask.name)
        }
        return try result.get()
    }

    private func performBuild(
        _ ask: Ask, _ running: RunningBuild, context: @escaping @Sendable () throws -> [UInt8]?,
        onOutput: @escaping @Sendable (String) -> Void
    ) async -> Result<ImageID, EngineError> {
        let output = Mutex(BuildOutput())
        let body = RequestBody.stream { _ in
            if running.wasEnded { throw CancellationError() }
            return try context()
        }
        do throws(EngineError) {
            try await open(ask, on: builds, body: body, cancellation: running.cancellation, endsWithTask: false) {
                var lines = JSONLines()
                return { (piece: [UInt8]) throws in
                    for line in try lines.take(piece) {
                        let message = try JSONDecoder().decode(StreamMessage.self, from: Data(line))
                        if let text = output.withLock({ $0.take(message) }) { onOutput(text) }
                    }
                }
            }
        } catch {
            return .failure(error)
        }
        let end = output.withLock { $0 }
        if let words = end.failure { return .failure(EngineError(status: 200, message: words, request: ask.name)) }
        guard let image = end.image else { return .failure(.notUnderstood(ask.name, 200, "no image id")) }
        return .success(image)
    }

    /// Waits until the build has finished, its task is cancelled or its time is up, and in the latter cases ends it.
    private func endOnCancellation(_ running: RunningBuild, deadline: Deadline) async {
        await running.wake.wait(until: deadline)
        guard !running.isFinished else { return }
        await killers.run { running.end(within: Limit.buildEnd) }
    }

    private func isRootfulPodman() async throws(EngineError) -> Bool {
        guard try await dialect().flavour == .podman else { return false }
        if let known = knownRootless.withLock({ $0 }) { return !known }
        let answer = try await call(Ask("GET", "/info"), as: InfoAnswer.self)
        let isRootless = answer.isRootless ?? false
        knownRootless.withLock { $0 = isRootless }
        return !isRootless
    }
}

/// The answer to `GET /info`, of which Podman's compatible one says whether it runs without root.
private struct InfoAnswer: Decodable {
    let isRootless: Bool?

    enum CodingKeys: String, CodingKey {
        case isRootless = "Rootless"
    }
}

/// What two tasks know of one build: the one that performs it and the one that may have to end it.
private final class RunningBuild: Sendable {
    let cancellation = Cancellation()
    let wake = Wake()
    private let group: BuildGroup?
    private let state = Mutex((isFinished: false, wasEnded: false))

    init(group: BuildGroup?) { self.group = group }

    /// The call is over.
    var isFinished: Bool { state.withLock { $0.isFinished } }
    /// It was ended by us.
    var wasEnded: Bool { state.withLock { $0.wasEnded } }

    func finish() {
        state.withLock { $0.isFinished = true }
        wake.ring()
    }

    /// Ends the build. Blocks until the engine has ended its answer, or that long.
    func end(within limit: Duration) {
        state.withLock { $0.wasEnded = true }
        // While the stream lasts the engine is still at it, and may begin another step.
        if let group {
            group.kill(until: { self.isFinished }, deadline: .after(limit))
            if isFinished { group.remove() }
        }
        cancellation.cancel()
    }
}
