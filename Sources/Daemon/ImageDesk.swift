import Builder
import ContainerEngine
import Deployer
import Lifecycle
import Model
import Store

/// Turns a project's candidates into releases: images are looked up by build key, and built where there are none.
struct ImageDesk: Sendable {
    /// The project.
    let project: ProjectName
    /// The path of its mirror.
    let mirror: String
    /// Where the logs of builds are, a file per build.
    let logDirectory: String
    /// Builds images.
    let builder: any ImageSource
    /// Knows which images exist.
    let engine: any EngineCalls
    /// Accounts of the registries that base images may come from.
    let registries: [RegistryCredential]
    /// How commits of forks are built.
    var forkTier = BuildTier.fork(hasNetwork: false)
    /// Records, clock and log.
    let parts: DaemonParts

    /// The release of a candidate, once all its images exist.
    ///
    /// - Parameter onBuild: told each service whose image has to be built.
    func release(
        of candidate: Candidate, for id: EnvironmentID, kind: EnvironmentKind,
        onBuild: @escaping @Sendable (String) async -> Void
    ) async throws(StageFailure) -> Release {
        let results = await withTaskGroup(of: (String, Result<ImageID, StageFailure>).self) { group in
            for service in candidate.services {
                group.addTask {
                    do throws(StageFailure) {
                        let image = try await image(of: service, in: candidate, for: id, kind: kind, onBuild: onBuild)
                        return (service.name, .success(image))
                    } catch {
                        return (service.name, .failure(error))
                    }
                }
            }
            var results: [(String, Result<ImageID, StageFailure>)] = []
            for await result in group {
                // One image that cannot be built makes the others useless here.
                if case .failure = result.1 { group.cancelAll() }
                results.append(result)
            }
            return results
        }
        // The failure that came first is the cause; those after it may be mere cancellations.
        for case (_, .failure(let failure)) in results { throw failure }
        var images: [String: ImageID] = [:]
        for case (let name, .success(let image)) in results { images[name] = image }
        let release = ReleaseDigest.release(from: candidate, images: images)
        try await parts.kept { ledger in
            try await ledger.save(release, of: project, commit: candidate.commit)
        }
        return release
    }

    private func image(
        of service: CandidateService, in candidate: Candidate, for id: EnvironmentID, kind: EnvironmentKind,
        onBuild: @escaping @Sendable (String) async -> Void
    ) async throws(StageFailure) -> ImageID {
        let known = try await parts.kept { ledger in
            try await ledger.image(builtFor: service.buildKey, project: project)
        }
        if let known {
            // Before it is looked for: what is about to be used is not removed in the meantime.
            parts.imageUse.touch(known)
            if try await exists(known) { return known }
        }
        if let found = try await builder.existingImage(project: project, key: service.buildKey) {
            parts.imageUse.touch(found)
            try await parts.kept { ledger in
                try await ledger.remember(image: found, key: service.buildKey, project: project)
            }
            return found
        }
        let tier = id.name.pullRequest == nil ? .repository : forkTier
        return try await build(service, commit: candidate.commit, tier: tier, kind: kind, onBuild: onBuild)
    }

    /// Whether every image of a candidate exists, so that nothing would be built. Also when nobody can tell.
    func areBuilt(_ candidate: Candidate) async -> Bool {
        for service in candidate.services {
            do throws(StageFailure) {
                let known = try await parts.kept { ledger in
                    try await ledger.image(builtFor: service.buildKey, project: project)
                }
                if let known, try await exists(known) { continue }
                guard try await builder.existingImage(project: project, key: service.buildKey) == nil else { continue }
                return false
            } catch {
                continue
            }
        }
        return true
    }

    private func exists(_ image: ImageID) async throws(StageFailure) -> Bool {
        do throws(EngineError) {
            return try await engine.inspectImage(image.description) != nil
        } catch {
            throw DaemonFailures.engine(error)
        }
    }

    private func build(
        _ service: CandidateService, commit: ObjectID, tier: BuildTier, kind: EnvironmentKind,
        onBuild: @escaping @Sendable (String) async -> Void
    ) async throws(StageFailure) -> ImageID {
        // Its output goes to a file that another daemon may be writing by now.
        guard await parts.fence.admits() else { throw .cancelled }
        let entry = BuildEntry(service: service, project: project, commit: commit, parts: parts)
        let job = BuildJob(
            project: project, service: service.name, definition: service.definition.build, key: service.buildKey,
            commit: commit, mirror: mirror, tier: tier, registries: tier.isFork ? [] : registries,
            isNetworkAllowed: tier != .fork(hasNetwork: false),
            logPath: logPath(service.buildKey))
        await onBuild(service.name)
        let image = try await builder.image(
            for: job,
            hooks: BuildHooks(
                mayStart: { parts.capacity.beginBuild(for: kind) }, onStart: { await entry.begin() },
                onTraces: { traces in
                    // What is not remembered stays in the engine for its owner to prune; no build fails for it.
                    try? await parts.kept { ledger in try await ledger.remember(traces) }
                },
                onEnd: { result in
                    parts.capacity.endBuild()
                    await entry.end(result)
                }))
        parts.imageUse.touch(image)
        try Failpoint.pass("build.record.before", StageFailure.injected)
        try await parts.kept { ledger in
            try await ledger.remember(image: image, key: service.buildKey, project: project)
        }
        Failpoint.pass("build.record.after")
        return image
    }

    /// Where the log of a build is: one for each key, the newest attempt's.
    func logPath(_ key: Digest) -> String { "\(logDirectory)/\(key.hex).log" }
}

/// The record of one build: written when it begins and when it ends.
private actor BuildEntry {
    private let service: CandidateService
    private let project: ProjectName
    private let commit: ObjectID
    private let parts: DaemonParts
    private var record: BuildRecord?

    init(service: CandidateService, project: ProjectName, commit: ObjectID, parts: DaemonParts) {
        self.service = service
        self.project = project
        self.commit = commit
        self.parts = parts
    }

    func begin() async {
        record = try? await parts.kept { ledger in
            try await ledger.beginBuild(
                project: project, service: service.name, key: service.buildKey, commit: commit, at: parts.now())
        }
        parts.changes.notify()
    }

    func end(_ result: Result<ImageID, StageFailure>) async {
        guard var record else { return }
        record.endedAt = parts.now()
        switch result {
        case .success(let image): record.image = image
        case .failure(let failure): record.failure = FailureRecord(failure)
        }
        // The build's outcome is with the deployment as well; a record that cannot be written stops nothing.
        try? await parts.kept { [record] ledger in try await ledger.finish(record) }
        parts.changes.notify()
    }
}
