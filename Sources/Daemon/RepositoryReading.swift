import Builder
import Config
import Lifecycle
import Model
import Watcher

/// Reads one repository: fetches refs into its mirror, and turns commits into policies and candidates.
struct RepositoryReading: Sendable {
    /// The remote.
    let address: RemoteAddress
    /// Reads the credential when it is used, so that a rotated file works at the next use.
    let credential: @Sendable () async throws(StageFailure) -> RemoteCredential
    /// Told that the remote does not know the credential.
    let onRefusal: @Sendable () async -> Void
    /// Talks to remotes, in children.
    let transport: GitTransport
    /// What was fetched.
    let mirror: Mirror
    /// The mirror's path.
    let mirrorPath: String
    /// Computes build keys.
    let builder: ImageBuilder
    /// Says whether the mirror is still ours to write to.
    let fence: Fence

    /// The largest manifest that is read.
    private static let manifestByteLimit = 256 << 10

    /// The refs whose commits are not in the mirror yet.
    func missing(_ refs: [KnownRef]) async -> [KnownRef] {
        var missing: [KnownRef] = []
        for ref in refs where !(await mirror.contains(ref.commit)) { missing.append(ref) }
        return missing
    }

    /// Fetches refs into the mirror.
    func fetch(_ refs: [KnownRef]) async throws(StageFailure) {
        guard await fence.admits() else { throw .cancelled }
        let source = RepositorySource(address: address, credential: try await credential())
        do throws(StageFailure) {
            try await transport.fetch(refs.map(\.name), from: source, into: mirrorPath)
        } catch {
            if error.reason == .remoteUnauthorised { await onRefusal() }
            throw error
        }
    }

    /// Nothing is read for a while.
    func rest() async { await mirror.rest() }

    /// What the default branch's manifest says about environments.
    func policy(of ref: KnownRef?, lastGood: EnvironmentPolicies?) async -> ProjectFacts.PolicyFinding {
        guard let ref, await mirror.contains(ref.commit) else {
            // What was good before counts until the new commit has been fetched.
            return lastGood.map { .known($0) } ?? .unknown
        }
        do throws(StageFailure) {
            return .known(try await manifest(at: ref.commit).environments)
        } catch {
            return .invalid(message: error.message, lastGood: lastGood)
        }
    }

    /// What the manifest of a commit says about environments; nil while it cannot be read.
    func policies(at commit: ObjectID) async -> EnvironmentPolicies? {
        guard await mirror.contains(commit) else { return nil }
        do throws(StageFailure) {
            return try await manifest(at: commit).environments
        } catch {
            return nil
        }
    }

    /// What a commit would run; nil while the commit is not in the mirror or cannot be read for a passing reason.
    func candidate(of commit: ObjectID, tier: BuildTier) async -> ProjectFacts.CandidateFinding? {
        guard await mirror.contains(commit) else { return nil }
        do throws(StageFailure) {
            let manifest = try await manifest(at: commit)
            return .ready(
                try await builder.candidate(
                    commit: commit, manifest: manifest, mirror: mirrorPath, platform: Self.platform, tier: tier))
        } catch {
            if error.verdict == .stall { return .refused(FailureRecord(error)) }
            return nil
        }
    }

    private func manifest(at commit: ObjectID) async throws(StageFailure) -> Manifest {
        let bytes = try await mirror.file(Manifest.fileName, at: commit, byteLimit: Self.manifestByteLimit)
        guard let bytes else { return .withoutFile }
        do throws(ConfigError) {
            return try ManifestReader.read(bytes, file: Manifest.fileName)
        } catch {
            throw DaemonFailures.manifest(error, commit: commit)
        }
    }

    /// The platform that images are built for: this machine's, which is where they run.
    private static var platform: String {
        #if arch(arm64)
        "linux/arm64"
        #else
        "linux/amd64"
        #endif
    }
}
