import Builder
import Config
import Deployer
import Lifecycle
package import Model
import Store
import Synchronization
import Watcher

extension DaemonControl {
    // Waiting

    package func wait(
        for commit: ObjectID?, in id: EnvironmentID, timeout: Duration
    ) async throws(RequestProblem) -> WaitOutcome {
        let loop = try await loop(id.project)
        let deadline = Deadline.after(timeout)
        var target = commit
        while !Task.isCancelled {
            let generation = parts.changes.generation
            let status = await loop.worker(id.name)?.status(engineProblem: await watch.problem)
            if target == nil { target = status?.deployment?.commit ?? status?.wanted }
            if let outcome = WaitView.outcome(of: status, commit: target, id: id) { return outcome }
            if deadline.hasPassed {
                return WaitView.timedOut(status, id: id, known: Array(await loop.workers.keys))
            }
            // Some changes are seen only by looking again: a deployment that a newer one replaced meanwhile.
            await parts.changes.wait(after: generation, until: min(deadline, .after(.seconds(5))))
        }
        throw .unavailable("the wait was broken off")
    }

    // Output

    package func logs(
        of id: EnvironmentID, service: String?, tail: Int, follow: Bool,
        onPiece: @escaping @Sendable ([UInt8]) -> Void
    ) async throws(RequestProblem) {
        let worker = try await worker(id)
        if let service {
            let known = await worker.status(engineProblem: nil).services.map(\.name)
            guard known.isEmpty || known.contains(service) else {
                throw .notFound("\(id) has no service '\(service)'; it has: \(known.joined(separator: ", "))")
            }
        }
        do throws(StageFailure) {
            try await parts.deployer.logs(of: id, service: service, tail: tail, follow: follow, onPiece: onPiece)
        } catch {
            if error.verdict == .cancelled { return }
            throw .unavailable(error.message)
        }
    }

    package func buildLog(
        of project: ProjectName, environment: EnvironmentName?, number: Int64?, follow: Bool,
        onPiece: @escaping @Sendable ([UInt8]) -> Void
    ) async throws(RequestProblem) {
        let images = try await loop(project).images
        let choice = try await buildChoice(of: project, environment: environment, number: number)
        let isBegun = Mutex(false)
        do throws(StageFailure) {
            try await images.builder.readLog(at: images.logPath(choice.build.key), follow: follow) { piece in
                let isFirst = isBegun.withLock { isBegun in
                    defer { isBegun = true }
                    return !isBegun
                }
                if isFirst { onPiece(Array((choice.sentence + "\n").utf8)) }
                onPiece(piece)
            }
        } catch {
            throw .notFound("\(choice.sentence): \(error.message)")
        }
    }

    /// The build that somebody asks about.
    private func buildChoice(
        of project: ProjectName, environment: EnvironmentName?, number: Int64?
    ) async throws(RequestProblem) -> BuildChoice {
        let builds = try await builds(of: project, limit: BuildChoice.limit)
        if let number {
            guard let build = builds.first(where: { $0.number == number }) else {
                throw .notFound("project '\(project)' has no build \(number); 'slipway builds \(project)' lists them")
            }
            return BuildChoice(build: build)
        }
        guard let environment else {
            guard let build = builds.first else { throw .notFound("nothing has been built for \(project) yet") }
            return BuildChoice(build: build)
        }
        let id = EnvironmentID(project: project, name: environment)
        var uses: [BuildChoice.Use] = []
        // What is being deployed has no release yet; its candidate says what is built for it.
        if case .ready(let candidate)? = try await loop(project).worker(environment)?.machine.finding {
            uses.append(.init(commit: candidate.commit, keys: Set(candidate.services.map(\.buildKey))))
        }
        for deployment in try await history(of: project, environment: environment, limit: BuildChoice.limit) {
            var keys: Set<Digest> = []
            if let id = deployment.release {
                let release = try await kept { _ throws(StageFailure) in
                    try await parts.kept { ledger in try await ledger.release(id, of: project) }
                }
                keys = Set((release?.services ?? []).map(\.buildKey))
            }
            uses.append(.init(commit: deployment.commit, keys: keys))
        }
        guard let choice = BuildChoice.newest(of: builds, for: id, uses: uses) else {
            throw .notFound("nothing was built for \(id); 'slipway builds \(project)' lists what was")
        }
        return choice
    }

    // Wishes

    package func refresh(_ project: ProjectName) async throws(RequestProblem) {
        guard await !(try await loop(project)).isOrphaned else {
            throw .conflict("the configuration names no project '\(project)' any more: there is nothing to look at")
        }
        watcher.look(at: project)
    }

    package func deploy(_ commit: ObjectID, to id: EnvironmentID) async throws(RequestProblem) {
        let loop = try await loop(id.project)
        let worker = try await reviving(id)
        let record = await worker.record
        if let hold = record.hold {
            throw .conflict(
                "\(id) is \(StatusView.holdSentence(hold)); lift it with 'slipway resume \(id.project) \(id.name)'")
        }
        let request = ProjectFacts.Request(commit: commit, sequence: await loop.stored.nextSequence)
        try await carryOut { () async throws(StageFailure) in try await worker.request(request) }
        await parts.tell(id, "deployment.requested", "a person asked for \(commit.short)")
        loop.wake.ring()
    }

    package func hold(_ id: EnvironmentID, reason: String) async throws(RequestProblem) {
        let worker = try await worker(id)
        let hold = Hold(kind: .frozen, reason: reason, since: parts.now())
        try await carryOut { () async throws(StageFailure) in try await worker.hold(hold) }
        await parts.tell(id, "environment.held", "held by a person: \(reason)")
        try await loop(id.project).wake.ring()
    }

    package func resume(_ id: EnvironmentID) async throws(RequestProblem) {
        let worker = try await worker(id)
        guard await worker.record.hold != nil else { throw .conflict("\(id) is not held") }
        try await carryOut { () async throws(StageFailure) in try await worker.hold(nil) }
        await parts.tell(id, "environment.resumed", "the hold was lifted by a person")
        try await loop(id.project).wake.ring()
    }

    package func rollback(_ id: EnvironmentID, to release: Digest?, reason: String) async throws(RequestProblem) {
        let worker = try await worker(id)
        let record = await worker.record
        let earlier = record.healthy.last { $0.release != record.live?.release }
        let target = release ?? earlier?.release
        guard let target, record.healthy.contains(where: { $0.release == target }) else {
            throw .conflict(
                release.map { "release \($0.short) never ran healthily in \(id)" }
                    ?? "\(id) has no earlier release to go back to")
        }
        Failpoint.pass("rollback.chosen")
        let hold = Hold(kind: .rolledBack, reason: reason, since: parts.now())
        try await carryOut { () async throws(StageFailure) in try await worker.hold(hold, pinned: target) }
        await parts.tell(id, "environment.rolled-back", "rolled back to release \(target.short): \(reason)")
        try await loop(id.project).wake.ring()
    }

    package func approveDeletions(of project: ProjectName) async throws(RequestProblem) {
        guard await (try await loop(project)).approveDeletions() else {
            throw .conflict(
                "no deletions of '\(project)' wait to be approved; 'slipway status \(project)' shows what does")
        }
    }

    package func confirmDefaultBranch(of project: ProjectName) async throws(RequestProblem) {
        let loop = try await loop(project)
        await loop.confirmDefaultBranch()
        await parts.tell([
            NewEvent(
                at: parts.now(), project: project, environment: nil, kind: "default-branch.confirmed",
                message: "a person confirmed the default branch \(await loop.stored.defaultBranch?.short ?? "?")")
        ])
    }

    package func delete(_ id: EnvironmentID) async throws(RequestProblem) {
        _ = try await worker(id)
        await (try await loop(id.project)).dismiss(id.name, reason: "deleted by a person")
    }

    package func extend(_ id: EnvironmentID, by duration: Duration?) async throws(RequestProblem) {
        let worker = try await worker(id)
        let loop = try await loop(id.project)
        let lifetime = await loop.previewLifetime
        guard await worker.record.kind == .preview else {
            throw .conflict("\(id) is no preview: only previews expire")
        }
        guard await !worker.isLeaving else { throw .conflict("\(id) is being removed already") }
        guard let duration = duration ?? lifetime else {
            throw .conflict("the previews of '\(id.project)' do not expire (environments.preview.expire)")
        }
        let push = await loop.lastPush(to: await worker.record.ref)
        try await carryOut { () async throws(StageFailure) in try await worker.extend(by: duration, push: push) }
        await parts.tell(
            id, "environment.extended",
            "a person gave it more time: it lives without a push for \(duration.inWords) from now on")
    }

    /// The worker of an environment that is there, or that Git has all that is needed for.
    private func reviving(_ id: EnvironmentID) async throws(RequestProblem) -> EnvironmentWorker {
        let loop = try await loop(id.project)
        guard await !loop.isOrphaned else {
            throw .conflict("the configuration names no project '\(id.project)' any more: nothing new is deployed")
        }
        guard let worker = await loop.revive(id.name) else { return try await worker(id) }
        guard await !worker.isLeaving else {
            throw .conflict("\(id) is being removed; ask again when it is gone")
        }
        return worker
    }

    private func carryOut(_ body: () async throws(StageFailure) -> Void) async throws(RequestProblem) {
        do throws(StageFailure) {
            try await body()
        } catch {
            throw .unavailable(error.message)
        }
    }
}
