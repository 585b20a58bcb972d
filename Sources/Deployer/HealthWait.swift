import ContainerEngine
import Lifecycle
import Model

/// Waits until a container is healthy, has ended, or the time is over.
///
/// Between two looks it sleeps, and holds no thread.
struct HealthWait: Sendable {
    let engine: any EngineCalls
    let looks: any HealthLooks
    /// The container's id.
    let container: String
    /// Its name, for messages.
    let name: String
    /// The service's name, for messages.
    let service: String
    let check: HealthCheck
    /// The host that HTTP checks name.
    let host: String
    /// The loopback port; nil: a worker.
    let port: Int?
    /// The port inside the container.
    let containerPort: Int?
    /// The ports the image exposes, for the hint.
    let exposedPorts: [Int]

    /// Looks come quickly at first, so that a fast service is not kept waiting: the pause doubles, but stays short
    /// for some seconds, and only then grows up to the interval.
    private static let firstPause = Duration.milliseconds(5)
    private static let eagerPause = Duration.milliseconds(100)
    private static let eagerTime = Duration.seconds(10)
    /// What takes longer by this than a look and a pause may was cut off by something else than the container.
    private static let interruption = Duration.seconds(5)
    /// How often the time begins anew because of that.
    private static let interruptionLimit = 3
    /// How long a container that was started again is watched for its exit code.
    private static let relapseLimit = Duration.seconds(2)
    private static let relapsePause = Duration.milliseconds(50)
    /// How many lines of output go into a failure.
    private static let outputLines = 20

    /// Returns when the container is healthy.
    func run() async throws(StageFailure) {
        guard let port else { return try await worker() }
        let probe = HealthProbe(port: port, path: check.path, host: host, timeout: check.timeout)
        var deadline = Deadline.after(check.deadline)
        let eagerUntil = Deadline.after(Self.eagerTime)
        var pause = Self.firstPause
        var (lookedAt, interruptions) = (SteadyClock.now, 0)
        while true {
            // A machine that was suspended meanwhile gave nobody a chance: the time begins anew.
            let now = SteadyClock.now
            if now - lookedAt > check.timeout + pause + Self.interruption, interruptions < Self.interruptionLimit {
                interruptions += 1
                deadline = .after(check.deadline)
            }
            lookedAt = now
            // A look that began too late decides, not one during which the time ran out.
            let isLast = deadline.hasPassed
            let finding = await looks.look(probe)
            if finding == .healthy { return }
            let detail = try await inspect()
            guard let detail, !hasEnded(detail) else { throw await ended(detail) }
            var problem = "it takes connections, but nothing inside listens on its port"
            switch finding {
            case .healthy: return
            case .connected: if await isListening(detail, probe) { return }
            case .unhealthy(let words): problem = words
            }
            guard !isLast else { throw await neverHealthy(detail, problem) }
            try await sleep(min(pause, deadline.remaining))
            let longest = eagerUntil.hasPassed ? check.interval : min(Self.eagerPause, check.interval)
            pause = min(pause * 2, longest)
        }
    }

    /// A worker is healthy when it still runs after an interval.
    private func worker() async throws(StageFailure) {
        for isLast in [false, true] {
            let detail = try await inspect()
            guard let detail, !hasEnded(detail) else { throw await ended(detail) }
            if !isLast { try await sleep(check.interval) }
        }
    }

    private func inspect() async throws(StageFailure) -> ContainerDetail? {
        do { return try await engine.inspect(container: container) } catch {
            throw .engine(error, "container \(name) cannot be looked at")
        }
    }

    private func sleep(_ duration: Duration) async throws(StageFailure) {
        do { try await SteadyClock.sleep(for: duration) } catch { throw .cancelled }
    }

    /// A restart by the engine counts: the container has ended once, and would again.
    private func hasEnded(_ detail: ContainerDetail) -> Bool {
        switch detail.container.state {
        case .running, .created: detail.restartCount > 0
        case .paused, .restarting, .exited, .dead: true
        }
    }

    /// A connection alone proves nothing where the engine's proxy takes them all.
    private func isListening(_ detail: ContainerDetail, _ probe: HealthProbe) async -> Bool {
        if let pid = detail.processID, let containerPort, let ports = ListeningPorts.ofNetwork(of: pid) {
            return ports.isReachable(containerPort)
        }
        return await looks.staysConnected(probe)
    }

    private func ended(_ detail: ContainerDetail?) async -> StageFailure {
        .exited(name, service: service, detail: await whileDown(detail), output: await lastLines())
    }

    /// The engine has started it again, and says no exit code while it runs: what ended once will soon have ended anew.
    private func whileDown(_ detail: ContainerDetail?) async -> ContainerDetail? {
        var detail = detail
        let deadline = Deadline.after(Self.relapseLimit)
        while detail?.container.state == .running, !deadline.hasPassed {
            guard (try? await SteadyClock.sleep(for: Self.relapsePause)) != nil, let next = try? await inspect() else {
                break
            }
            detail = next
        }
        return detail
    }

    private func neverHealthy(_ detail: ContainerDetail, _ problem: String) async -> StageFailure {
        .unhealthy(
            service: service, after: check.deadline, lastProblem: problem, hint: hint(detail), output: await lastLines()
        )
    }

    /// Where it was expected, what the image says, and what is so.
    private func hint(_ detail: ContainerDetail) -> String {
        guard let containerPort else { return "" }
        var sentences = ["it was expected to listen on port \(containerPort), which is also in $PORT"]
        if !exposedPorts.isEmpty, exposedPorts != [containerPort] {
            sentences.append("the image exposes \(Self.list(exposedPorts))")
        }
        let sockets = detail.processID.flatMap { ListeningPorts.ofNetwork(of: $0) }?.sockets
        if let sockets {
            let open = Set(sockets.filter { !$0.isLoopbackOnly }.map(\.port)).sorted()
            if sockets.contains(where: { $0.port == containerPort }), !open.contains(containerPort) {
                sentences.append("it listens there on 127.0.0.1 only; it must listen on 0.0.0.0")
            } else if open.isEmpty {
                sentences.append("it listens on no port")
            } else if !open.contains(containerPort) {
                sentences.append("it listens on \(Self.list(open)); name that in services.\(service).port")
            }
        }
        return sentences.joined(separator: "; ")
    }

    private static func list(_ ports: [Int]) -> String { ports.map(String.init).joined(separator: ", ") }

    private func lastLines() async -> [String] {
        await ContainerOutput.lastLines(of: container, count: Self.outputLines, engine: engine)
    }
}
