import Git
import Lifecycle
import Model

/// Fetches refs into a mirror in a Git child. A mirror is complete or not there.
struct ChildFetch: Sendable {
    /// With more packs than this, reading gets slow: they are made one.
    private static let packLimit = 50

    let address: RemoteAddress
    let refs: [RefName]
    let mirror: String
    let access: RemoteAccess
    let patience: StallWatch

    /// Fetches into the mirror that is there; or, when there is none or it is damaged, into a new one.
    func run() throws(StageFailure) {
        // A parent that was killed could not clean up.
        MirrorFiles.clean(after: mirror)
        if MirrorFiles.exists(mirror), try update() { return }
        let incoming = MirrorFiles.incoming(mirror)
        let refusal = RemoteAccess.Refusal()
        do throws(GitError) {
            try Repository.createBare(at: incoming)
            try bring(into: Repository(openingBare: incoming), refusal)
        } catch {
            throw refusal.value ?? WatcherFailures.remote(error, address)
        }
        try MirrorFiles.install(mirror)
    }

    /// Whether the mirror that is there has the refs now; not, when it is damaged.
    private func update() throws(StageFailure) -> Bool {
        guard let repository = try? Repository(openingBare: mirror) else { return false }
        let refusal = RemoteAccess.Refusal()
        do throws(GitError) {
            try bring(into: repository, refusal)
        } catch {
            guard error.isDamage else { throw refusal.value ?? WatcherFailures.remote(error, address) }
            return false
        }
        if repository.packCount > Self.packLimit { try? repository.repack() }
        return hasAll(repository)
    }

    private func bring(into repository: borrowing Repository, _ refusal: RemoteAccess.Refusal) throws(GitError) {
        let refspecs = refs.map { Refspec(source: $0.bytes, destination: GitTransport.storedName(of: $0).bytes) }
        var options = access.options(for: address, refusal: refusal)
        options.onActivity = { [patience] in
            Failpoint.pass("poll.objects.partial")
            patience.note()
        }
        patience.begin()
        defer { patience.end() }
        _ = try repository.fetch(url: address.description, refspecs: refspecs, options: options)
        Failpoint.pass("poll.objects.done")
    }

    /// Whether what the refs name is really there: a ref alone says nothing about a damaged object.
    private func hasAll(_ repository: borrowing Repository) -> Bool {
        refs.allSatisfy { ref in
            do throws(GitError) {
                guard let target = try repository.target(of: GitTransport.storedName(of: ref).bytes) else {
                    return true
                }
                return repository.contains(try repository.treeID(ofCommit: target))
            } catch {
                // A tag can name what is no commit.
                return !error.isDamage
            }
        }
    }
}

extension GitError {
    /// Whether the error is about what is on our own disk.
    fileprivate var isDamage: Bool {
        code == .notFound && category != .network || code == .mismatch
            || [.objects, .repository, .indexer, .compression].contains(category)
    }
}
