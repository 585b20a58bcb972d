package import Lifecycle
package import Model
import Synchronization

/// What a look at a remote showed.
package struct Observation: Sendable {
    /// Every project that has this repository with this credential.
    package let projects: [ProjectName]
    /// The complete listing, or why there is none.
    package let result: Result<RefListing, StageFailure>
    /// How many complete listings in a row before this one said the same to all of the projects.
    ///
    /// From 2 on nothing can follow from it: even a ref that is missing was missing twice before.
    package let repeats: Int

    /// An observation as given.
    package init(projects: [ProjectName], result: Result<RefListing, StageFailure>, repeats: Int = 0) {
        self.projects = projects
        self.result = result
        self.repeats = repeats
    }
}

/// Lists every repository once per interval, however many projects use it, and says what it saw.
///
/// A thin shell around ``PollSchedule`` and ``PollBatch``, which decide. It remembers no ref.
package final class RepositoryWatcher: Service {
    /// Fetches a project's credential at the moment it is needed, so that a rotated one is used at once.
    package typealias CredentialLoader = @Sendable () async throws(StageFailure) -> RemoteCredential

    private struct State {
        var schedule: PollSchedule
        var projects: [ProjectName: (address: RemoteAddress, loader: CredentialLoader)] = [:]
        var heads: [ProjectName: PullRequestHeads] = [:]
    }

    package let name = "watcher"
    private let transport: any RemoteLister
    private let log: Log
    private let onObservation: @Sendable (Observation) async -> Void
    private let state: Mutex<State>
    private let wake = Wake()

    /// A watcher without projects.
    ///
    /// - Parameter onObservation: called once per listing, for different repositories at the same time. The
    ///   repository is not listed again before it has returned.
    package init(
        transport: any RemoteLister, interval: Duration, log: Log,
        onObservation: @escaping @Sendable (Observation) async -> Void
    ) {
        self.transport = transport
        self.log = log
        self.onObservation = onObservation
        state = Mutex(State(schedule: PollSchedule(interval: interval)))
    }

    /// Adds a project, to be looked at now; at any time.
    package func watch(
        _ project: ProjectName, credential loader: @escaping CredentialLoader, address: RemoteAddress
    ) {
        state.withLock { state in
            state.projects[project] = (address, loader)
            state.schedule.watch(project, at: address, now: SteadyClock.now)
        }
        wake.ring()
    }

    /// Has a project's listings show the heads of these pull requests; where that is news, it is looked at now.
    package func want(_ heads: PullRequestHeads, of project: ProjectName) {
        let isNews = state.withLock { state in
            guard state.heads[project, default: .none] != heads else { return false }
            state.heads[project] = heads
            return true
        }
        if isNews { look(at: project) }
    }

    /// Forgets a project.
    package func unwatch(_ project: ProjectName) {
        state.withLock { state in
            state.projects[project] = nil
            state.heads[project] = nil
            state.schedule.unwatch(project)
        }
    }

    /// Looks at a project now: a delivery or a person asks. A look under way is followed by one more.
    package func look(at project: ProjectName) {
        let isNew = state.withLock { $0.schedule.look(at: project, now: SteadyClock.now) }
        if isNew { wake.ring() }
    }

    package func run(until stop: StopSignal) async throws {
        stop.onRaise { [wake] in wake.ring() }
        await withDiscardingTaskGroup { group in
            while !stop.isRaised && !Task.isCancelled {
                let due = state.withLock { $0.schedule.takeDue(now: SteadyClock.now) }
                if !due.isEmpty { group.addTask { await self.list(due) } }
                let next = state.withLock { $0.schedule.nextDue }
                await wake.wait(until: next.map { Deadline(instant: $0) })
            }
            // A listing has no effect that could be half done.
            group.cancelAll()
        }
    }

    private func list(_ projects: [ProjectName]) async {
        let entries = state.withLock { state in state.projects.filter { projects.contains($0.key) } }
        let loaded = await Self.load(entries)
        var sources: [ProjectName: RepositorySource] = [:]
        var refused: [(address: RemoteAddress, project: ProjectName, failure: StageFailure)] = []
        for (project, address, credential) in loaded {
            switch credential {
            case .success(let credential):
                sources[project] = RepositorySource(address: address, credential: credential)
            case .failure(let failure): refused.append((address, project, failure))
            }
        }
        await withDiscardingTaskGroup { group in
            for batch in PollBatch.dividing(sources) { group.addTask { await self.list(batch) } }
            for (address, project, failure) in refused {
                let member = PollBatch.Member(address: address, projects: [project])
                group.addTask { await self.report(.failure(failure), to: member, random: Chance.fraction()) }
            }
        }
    }

    /// The credentials, fetched side by side: one that takes long delays no other.
    private static func load(
        _ entries: [ProjectName: (address: RemoteAddress, loader: CredentialLoader)]
    ) async -> [(ProjectName, RemoteAddress, Result<RemoteCredential, StageFailure>)] {
        await withTaskGroup { group in
            for (project, entry) in entries {
                group.addTask { (project, entry.address, await load(entry.loader)) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }

    private static func load(_ loader: CredentialLoader) async -> Result<RemoteCredential, StageFailure> {
        do throws(StageFailure) {
            return .success(try await loader())
        } catch {
            return .failure(error)
        }
    }

    private func list(_ batch: PollBatch) async {
        let heads = state.withLock { state in
            batch.members.map { member in
                member.projects.reduce(PullRequestHeads.none) { $0.union(state.heads[$1, default: .none]) }
            }
        }
        let results = await transport.list(
            batch.members.map(\.address), heads: heads, credential: batch.credential)
        Failpoint.pass("poll.refs.listed")
        log.debug(
            "listed \(results.count) repositories",
            ("first", batch.members.first?.address.description ?? ""))
        // One random number per batch, so that its members stay together.
        let random = Chance.fraction()
        await withDiscardingTaskGroup { group in
            for (member, result) in zip(batch.members, results) {
                group.addTask { await self.report(result, to: member, random: random) }
            }
        }
    }

    private func report(
        _ result: Result<RefListing, StageFailure>, to member: PollBatch.Member, random: Double
    ) async {
        var outcome = PollSchedule.Outcome.listed
        if case .failure(let failure) = result {
            // `.other` is this machine's: a child that was killed, or could not be started.
            outcome =
                failure.verdict == .cancelled ? .cancelled : failure.reason == .other ? .interrupted : .failed
        }
        let (wanted, repeats) = state.withLock { state in
            let wanted = member.projects.filter { state.projects[$0]?.address == member.address }
            guard case .success(let listing) = result else { return (wanted, 0) }
            return (wanted, state.schedule.heard(listing.hashValue, of: member.address, for: wanted))
        }
        if outcome != .cancelled, !wanted.isEmpty {
            await onObservation(Observation(projects: wanted, result: result, repeats: repeats))
        }
        state.withLock {
            $0.schedule.finished(
                member.projects, at: member.address, outcome: outcome, now: SteadyClock.now, random: random)
        }
        wake.ring()
    }
}
