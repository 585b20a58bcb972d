package import ContainerEngine
import Glibc
package import Lifecycle
package import Model
import Synchronization

/// Makes images, and knows which exist. ``ImageBuilder`` has the engine build them.
package protocol ImageSource: Sendable {
    /// The image that this instance has built for a key, if the engine still has it.
    func existingImage(project: ProjectName, key: Digest) async throws(StageFailure) -> ImageID?
    /// The image of a job: the one that exists, or a new one. Single flight per key, however many callers.
    func image(for job: BuildJob, hooks: BuildHooks) async throws(StageFailure) -> ImageID
    /// Reads the output of a build; with `follow`, on until a build that is under way ends.
    func readLog(
        at path: String, follow: Bool, onPiece: @Sendable ([UInt8]) async -> Void
    ) async throws(StageFailure)
}

extension ImageBuilder: ImageSource {}

/// Turns commits into images: computes what they would send to the engine, and sends it once per build key.
///
/// Owned by the composition root. Nothing is written to disk but the builds' output, and nothing is remembered
/// but computed keys: which images exist, the engine knows by their labels.
package final class ImageBuilder: Sendable {
    private struct KnownKey: Hashable {
        let tree: String
        let definition: BuildDefinition
        let platform: String
        let tier: BuildTier
    }

    /// How many computed keys are kept.
    private static let keyLimit = 4096
    /// How many commits are read at once.
    private static let readers = 2

    private let build: ImageBuild
    private let desk: BuildDesk
    private let keys = Mutex<[KnownKey: Digest]>([:])

    /// A builder whose images carry the instance's label.
    package init(engine: EngineClient, instance: String, limits: BuilderLimits, concurrency: Int, log: Log) {
        let build = ImageBuild(
            engine: engine, instance: instance, limits: limits, log: log,
            pool: BlockingPool(name: "slipway.builder", width: Self.readers), logs: RunningLogs())
        self.build = build
        desk = BuildDesk(concurrency: concurrency) { await build.image(for: $0, hooks: $1, turn: $2) }
    }

    /// What a commit would run: build keys and content digest, from its tree alone.
    ///
    /// - Parameters:
    ///   - platform: what images are built for: `linux/amd64`.
    ///   - tier: whose commit it is.
    package func candidate(
        commit: ObjectID, manifest: Manifest, mirror: String, platform: String, tier: BuildTier = .repository
    ) async throws(StageFailure) -> Candidate {
        try await build.pool.run { [self] () throws(StageFailure) in
            var reader = try ContextReader(mirror: mirror, commit: commit)
            var services: [CandidateService] = []
            for (name, definition) in manifest.services.sorted(by: { $0.key < $1.key }) {
                let known = KnownKey(
                    tree: reader.tree, definition: definition.build, platform: platform, tier: tier)
                services.append(
                    CandidateService(name: name, definition: definition, buildKey: try key(of: known, &reader)))
            }
            return ReleaseDigest.candidate(commit: commit, services: services)
        }
    }

    private func key(of known: KnownKey, _ reader: inout ContextReader) throws(StageFailure) -> Digest {
        if let key = keys.withLock({ $0[known] }) { return key }
        let context = try reader.context(of: known.definition)
        let key = BuildKey.key(
            of: context, definition: known.definition, platform: known.platform, tier: known.tier)
        keys.withLock { keys in
            // Keys are cheap to compute again: forgetting all now and then is simpler than knowing the oldest.
            if keys.count >= Self.keyLimit { keys.removeAll() }
            keys[known] = key
        }
        return key
    }

    /// The image that this instance has built for a key, if the engine still has it.
    package func existingImage(project: ProjectName, key: Digest) async throws(StageFailure) -> ImageID? {
        try await build.existing(project: project, key: key)
    }

    /// The image of a job: the one that exists, or a new one.
    ///
    /// Single flight per key, however many callers. Cancelling a caller's task ends the build only when no other
    /// caller waits for it.
    package func image(for job: BuildJob, hooks: BuildHooks = BuildHooks()) async throws(StageFailure) -> ImageID {
        try await desk.image(for: job, hooks: hooks).get()
    }

    /// Reads the output of a build; with `follow`, on until a build that is under way ends or the task is cancelled.
    package func readLog(
        at path: String, follow: Bool, onPiece: @Sendable ([UInt8]) async -> Void
    ) async throws(StageFailure) {
        if follow, let running = build.logs.log(at: path) { return await running.follow(onPiece) }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            throw StageFailure(
                reason: .other, verdict: .stall, message: "the output of this build is not kept any more")
        }
        defer { close(descriptor) }
        var offset = 0
        while !Task.isCancelled {
            let piece = read(descriptor, at: offset)
            guard !piece.isEmpty else { return }
            offset += piece.count
            await onPiece(piece)
        }
    }
}
