import Deployer
import Lifecycle
import Model

/// How the services of a live release are looked at, and when they were.
struct LiveChecks: Sendable {
    /// Which release.
    let release: Digest
    /// The checks, by service.
    let byService: [String: HealthCheck]
    /// The host that a look names, by service.
    let hosts: [String: String]
    /// When a service was last looked at.
    var lookedAt: [String: ContinuousClock.Instant] = [:]

    /// Whether a service is to be looked at now.
    ///
    /// - Parameter floor: looks come no closer than this, whatever the manifest says.
    func isDue(_ service: String, at now: ContinuousClock.Instant, floor: Duration) -> Bool {
        guard let check = byService[service] else { return false }
        guard let last = lookedAt[service] else { return true }
        // A tick that comes a little early counts, else every second one would be missed.
        return now - last >= max(floor, check.interval) - floor / 2
    }
}

extension EnvironmentWorker {
    /// Looks at what is live from outside, where it is time to; tells people when its health changed.
    ///
    /// Nothing is stopped or restarted because of what is seen.
    func lookAfter(floor: Duration) async {
        guard let live = record.live, machine.wish?.intent != .delete, let observation else { return }
        guard await knowChecks(of: live), var checks else { return }
        let members = observation.containers.filter {
            $0.labels.release == live.release && $0.labels.configuration == live.configuration
                && $0.labels.service.map { checks.byService[$0] != nil } ?? false
        }
        let now = SteadyClock.now
        let services = Set(members.compactMap(\.labels.service)).filter { checks.isDue($0, at: now, floor: floor) }
        guard !services.isEmpty else { return }
        for service in services { checks.lookedAt[service] = now }
        self.checks = checks
        let looks = await looks(at: members.filter { services.contains($0.labels.service ?? "") }, by: checks)
        // Another release may have become live meanwhile.
        guard record.live?.release == live.release, record.live?.configuration == live.configuration else { return }
        let before = health
        let notice = health.looked(looks, all: Set(members.map(\.name)), at: parts.now(), steady: SteadyClock.now)
        if health.state != before.state { parts.changes.notify() }
        guard let notice else { return }
        log.warning(notice.message)
        await parts.tell(id, notice.kind, notice.message)
    }

    /// One container after the other: an environment has few, and many environments are looked at side by side.
    private nonisolated func looks(at members: [ObservedContainer], by checks: LiveChecks) async -> [LiveHealth.Look] {
        var looks: [LiveHealth.Look] = []
        for member in members {
            guard let service = member.labels.service, let check = checks.byService[service] else { continue }
            let host = checks.hosts[service] ?? "localhost"
            looks.append(
                .init(
                    container: member.name,
                    problem: await parts.deployer.problem(of: member, check: check, host: host),
                    retries: check.retries))
        }
        return looks
    }

    private func knowChecks(of live: EnvironmentRecord.LiveRelease) async -> Bool {
        if checks?.release == live.release { return true }
        let release: Release?
        do throws(StageFailure) {
            release = try await parts.kept { [id] ledger in try await ledger.release(live.release, of: id.project) }
        } catch {
            return false
        }
        let services = release?.services ?? []
        let hosts = parts.configurations.hosts(
            of: id, services: services.map { (name: $0.name, isPublic: $0.definition.isPublic) })
        checks = LiveChecks(
            release: live.release,
            byService: Dictionary(services.map { ($0.name, $0.definition.health) }) { first, _ in first },
            hosts: hosts.compactMapValues(\.first))
        return true
    }

    /// Takes that a container was started or ended.
    func take(_ turn: ContainerTurn) async {
        guard let live = record.live, turn.release == live.release else { return }
        guard !isHalting, record.stopped == nil else { return }
        guard turn.hasEnded else { return machine.started(turn.container, at: parts.now()) }
        var words = CrashCounts.words(exitCode: turn.exitCode, isOutOfMemory: false)
        let ends = machine.ended(turn.container, words, at: parts.now())
        guard ends > 0 else { return }
        log.info("\(turn.container) ended with \(words)", ("times", String(ends)))
        parts.changes.notify()
        wake.ring()
        guard ends == CrashCounts.toldEnds || ends == CrashCounts.parkedEnds else { return }
        // The engine is asked only now: when it goes down with everything it runs, it has better things to do.
        let isKilled = turn.exitCode == nil || turn.exitCode == CrashCounts.killedExitCode
        if isKilled, await parts.deployer.isOutOfMemory(turn.container) {
            words = CrashCounts.words(exitCode: turn.exitCode, isOutOfMemory: true)
            machine.explained(turn.container, words)
        }
        switch ends {
        case CrashCounts.toldEnds:
            await parts.tell(
                id, "container.crashing",
                "\(turn.container) ended \(ends) times in a row, last with \(words); it is started again with growing pauses"
            )
        case CrashCounts.parkedEnds:
            await parts.tell(
                id, "container.parked",
                "\(turn.container) ended \(ends) times in a row, last with \(words); it is parked, and started again "
                    + "every \(CrashCounts.longestPause.components.seconds / 60) minutes")
        default: break
        }
    }
}
