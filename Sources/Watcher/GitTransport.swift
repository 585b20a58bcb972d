import Crypto
import FoundationEssentials
import Glibc
import Lifecycle
package import Model
import Subprocess

/// Lists remotes. ``GitTransport`` does so in children.
package protocol RemoteLister: Sendable {
    /// Lists every address with the credential; the results have the addresses' order, each its own.
    func list(
        _ addresses: [RemoteAddress], credential: RemoteCredential
    ) async -> [Result<RefListing, StageFailure>]
    /// The same with the heads of some pull requests beside branches and tags.
    func list(
        _ addresses: [RemoteAddress], heads: [PullRequestHeads], credential: RemoteCredential
    ) async -> [Result<RefListing, StageFailure>]
}

extension RemoteLister {
    /// A lister that knows of no pull requests.
    package func list(
        _ addresses: [RemoteAddress], heads: [PullRequestHeads], credential: RemoteCredential
    ) async -> [Result<RefListing, StageFailure>] {
        await list(addresses, credential: credential)
    }
}

extension GitTransport: RemoteLister {}

/// Talks to remotes, each time in a child process that knows one credential and nothing else.
///
/// The child is this very binary with the hidden verb `git-child`: see ``GitChild``. It gets an empty
/// environment (for ssh, a `HOME` of its own), bounds on memory, time and bytes, and is killed at its deadline or when the task is cancelled.
package struct GitTransport: Sendable {
    /// How long things may take and how large they may be.
    package struct Limits: Sendable, Hashable {
        /// For one remote's listing.
        package var listing: Duration = .seconds(10)
        /// For a fetch as a whole.
        package var fetch: Duration = .seconds(600)
        /// Between two signs of life of a fetch.
        package var stall: Duration = .seconds(60)
        /// Between two signs of life of a child, whatever it waits for: longer, and it hangs.
        package var silence: Duration = .seconds(8)
        /// Of one fetch.
        package var receivedBytes = 4 << 30
        /// That a child may write to.
        package var memoryBytes = 2 << 30

        /// The usual limits.
        package init() {}
    }

    /// How many remotes one child lists at the same time.
    static let listingWidth = 8
    /// How much a child may answer: some 500,000 refs.
    private static let answerByteLimit = 64 << 20

    private let executable: String
    private let limits: Limits
    private let certificates: String?
    private let listings: BlockingPool
    private let fetches: BlockingPool

    /// A transport.
    ///
    /// - Parameters:
    ///   - concurrency: how many children list, and how many fetch, at the same time.
    ///   - certificates: a file of certificates to trust instead of the distribution's.
    package init(
        executable: String = "/proc/self/exe", concurrency: Int = 4, limits: Limits = Limits(),
        certificates: String? = nil
    ) {
        self.executable = executable
        self.limits = limits
        self.certificates = certificates
        listings = BlockingPool(name: "slipway.git.list", width: concurrency)
        fetches = BlockingPool(name: "slipway.git.fetch", width: concurrency)
    }

    /// Lists every address with the credential, in one child; the results have the addresses' order.
    ///
    /// Each address has its own result and time: one that is dead does not spoil the others.
    package func list(
        _ addresses: [RemoteAddress], credential: RemoteCredential
    ) async -> [Result<RefListing, StageFailure>] {
        await list(addresses, heads: addresses.map { _ in .none }, credential: credential)
    }

    /// The same with the heads of some pull requests beside branches and tags.
    ///
    /// - Parameter heads: those that each address's listing should have, in the addresses' order.
    package func list(
        _ addresses: [RemoteAddress], heads: [PullRequestHeads], credential: RemoteCredential
    ) async -> [Result<RefListing, StageFailure>] {
        guard !addresses.isEmpty else { return [] }
        let rounds = (addresses.count + Self.listingWidth - 1) / Self.listingWidth
        let patience = limits.listing * (rounds + 1)
        let outcome = await run(
            .list(addresses, heads: heads), credential, addresses: addresses, patience: limits.listing, limit: patience,
            on: listings)
        switch outcome {
        case .failure(let error):
            return addresses.map { .failure(WatcherFailures.spawn(error, $0, after: patience)) }
        case .success(let completed):
            let answers = GitAnswer.listings(in: completed.output, count: addresses.count)
            return zip(addresses, answers).map { address, answer in
                answer ?? .failure(WatcherFailures.child(completed.status, address))
            }
        }
    }

    /// Fetches refs into the mirror, which is made if it is not there, and stores each under ``storedName(of:)``.
    ///
    /// A ref that the remote does not have any more is passed over: ask the ``Mirror`` for the commit. After a
    /// failure or cancellation the mirror is what it was before, or absent. One fetch per mirror at a time.
    package func fetch(
        _ refs: [RefName], from source: RepositorySource, into mirror: String
    ) async throws(StageFailure) {
        let outcome = await run(
            .fetch(source.address, refs: refs, mirror: mirror), source.credential, addresses: [source.address],
            patience: limits.stall, limit: limits.fetch, on: fetches)
        let answer: Result<Void, StageFailure> =
            switch outcome {
            case .failure(let error):
                .failure(WatcherFailures.spawn(error, source.address, after: limits.fetch))
            case .success(let completed):
                GitAnswer.fetch(in: completed.output)
                    ?? .failure(WatcherFailures.child(completed.status, source.address))
            }
        guard case .failure(let failure) = answer else { return }
        await fetches.run { MirrorFiles.clean(after: mirror) }
        throw failure
    }

    /// What a ref is called in a mirror: names of remotes can exclude one another as files, digests cannot.
    package static func storedName(of ref: RefName) -> RefName {
        RefName("refs/slipway/" + SHA256.hex(of: ref.bytes))
    }

    private func run(
        _ operation: GitRequest.Operation, _ credential: RemoteCredential, addresses: [RemoteAddress],
        patience: Duration, limit: Duration, on pool: BlockingPool
    ) async -> Result<Completed, SpawnError> {
        let termination = Termination()
        let bounds = GitRequest.Bounds(
            patience: Int(patience.wholeMilliseconds), seconds: Int(limit.components.seconds) + 1,
            memoryBytes: limits.memoryBytes, receivedBytes: limits.receivedBytes)
        let talk = { @Sendable () -> Result<Completed, SpawnError> in
            let scratch = addresses.contains { $0.scheme == .ssh } ? Self.makeScratch() : nil
            defer { if let scratch { MirrorFiles.remove(scratch) } }
            let request = GitRequest(
                operation: operation, credential: GitRequest.Credential(credential), bounds: bounds,
                certificates: certificates, scratch: scratch)
            Failpoint.pass("poll.before_spawn")
            let home = scratch.map { ["HOME": $0] } ?? [:]
            let command = Command(
                executable: executable, arguments: ["git-child"],
                environment: home.merging(Failpoint.environment) { $1 },
                keepsInputOpen: true)
            guard let json = try? JSONEncoder().encode(request) else {
                preconditionFailure("a request for a Git child cannot be written as JSON")
            }
            do throws(SpawnError) {
                return .success(
                    try Spawn.run(
                        command, input: Array(json) + [UInt8(ascii: "\n")], outputLimit: Self.answerByteLimit,
                        deadline: .now + limit, silence: limits.silence, termination: termination))
            } catch {
                return .failure(error)
            }
        }
        return await pool.run(onCancel: { termination.terminate() }, talk)
    }

    /// A directory that only we can read.
    private static func makeScratch() -> String? {
        var template = Array("/tmp/slipway-git-XXXXXX".utf8CString)
        return mkdtemp(&template).map { String(cString: $0) }
    }
}
