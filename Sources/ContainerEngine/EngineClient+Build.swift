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
        try await admit(Ask("POST", "/build"))
        let flavour = try await dialect().flavour
        let running = RunningBuild(group: try await isRootfulPodman() ? BuildGroup() : nil)
        var ask = Ask("POST", "/build")
        ask.query = try BuildQuery.items(of: request, on: flavour, cgroup: running.group?.name, for: ask.name)
        ask.headers.append(HTTPHeader("Content-Type", "application/x-tar"))
        if !request.registries.isEmpty {
            ask.headers.append(HTTPHeader("X-Registry-Config", try Registries.header(of: request.registries)))
        }
        var http = ask.request(socketPath: socketPath, prefix: try await dialect().prefix)
        http.timeout = request.timeout + RunningBuild.patience
        http.body = .stream { _ in try running.whileWanted(context) }

        let deadline = Deadline.after(request.timeout)
        await builds.start { [self, ask, http] in running.finish(performed(http, of: ask, running, onOutput: onOutput))
        }
        await running.wake.wait(until: deadline)
        if running.beginEnd() { await killers.start { running.end() } }
        switch await running.outcome() {
        case .success(let image): return image
        case .failure where Task.isCancelled:
            throw EngineError(status: 0, code: .aborted, message: "cancelled", request: ask.name)
        case .failure where running.isUnwanted:
            throw EngineError(
                status: 0, code: .timedOut, message: "the build did not end within \(request.timeout)",
                request: ask.name)
        case .failure(let error): throw error
        }
    }

    /// Performs the request and makes out what came of it. Blocks its thread until the engine's answer is over.
    private func performed(
        _ http: HTTPRequest, of ask: Ask, _ running: RunningBuild, onOutput: @escaping @Sendable (String) -> Void
    ) -> Result<ImageID, EngineError> {
        var lines = JSONLines()
        var output = BuildOutput()
        do throws(EngineError) {
            try receive(http, of: ask, cancellation: running.cancellation) { piece throws in
                for line in try lines.take(piece) {
                    let message = try JSONDecoder().decode(StreamMessage.self, from: Data(line))
                    // Output that nobody waits for any more is no reason to leave the engine before its end.
                    if let text = output.take(message) { try? running.whileWanted { onOutput(text) } }
                }
            }
        } catch {
            return .failure(error)
        }
        if let words = output.failure { return .failure(EngineError(status: 200, message: words, request: ask.name)) }
        guard let image = output.image else { return .failure(.notUnderstood(ask.name, 200, "no image id")) }
        return .success(image)
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
