import Config
import Deployer
import Lifecycle
import Model
import Promoter
import Store

/// How environments leave, and how they come back.
extension ProjectLoop {
    /// What became of the leases of a project's previews.
    struct Leases: Sendable {
        /// The shortest time that one of them may be left alone.
        var shortest: Duration?
        /// Those that have expired.
        var due: [EnvironmentName] = []
        /// How many are being removed.
        var removing = 0
        /// Whether the policy that they live by has been read.
        var isKnown = false
    }

    /// How long previews live without a push; nil: as long as their branches, or nothing has been read yet.
    var previewLifetime: Duration? {
        switch policy {
        case .known(let policies), .invalid(_, let policies?): policies.preview?.expiry
        case .invalid(_, nil), .unknown: nil
        }
    }

    /// The sequence number of a ref's last move; zero where it is not known.
    func lastPush(to ref: RefName?) -> Int64 { refs.first { $0.name == ref }?.sequence ?? 0 }

    /// Counts the time that its previews were left alone.
    func watchLeases(for elapsed: Duration) async -> Leases {
        var leases = Leases()
        guard hasListing else { return leases }
        if case .unknown = policy {} else { leases.isKnown = true }
        let lifetime = previewLifetime
        let pushes = Dictionary(refs.map { ($0.name, $0.sequence) }, uniquingKeysWith: { first, _ in first })
        var previews: [PreviewExpiry.Preview] = []
        for (name, worker) in workers {
            let record = await worker.record
            guard record.kind == .preview else { continue }
            if await worker.isLeaving {
                leases.removing += 1
                continue
            }
            guard record.hold == nil, let push = record.ref.flatMap({ pushes[$0] }) else { continue }
            // What is being built or started has not been left alone.
            let counted = record.inProgress == nil ? elapsed : .zero
            let lease = await worker.watched(push: push, for: counted, lifetime: lifetime)
            let remaining = lease.remaining(of: lifetime)
            previews.append(.init(name: name, remaining: remaining))
            if let allowance = Lease(push: push).remaining(of: lifetime) ?? remaining {
                leases.shortest = min(leases.shortest ?? allowance, allowance)
            }
        }
        let finding = expiry.look(at: previews.sorted { $0.name < $1.name }, listings: listings)
        if finding.mustLook { look() }
        leases.due = finding.due
        return leases
    }

    /// Removes a preview that nobody pushed to for too long; the next push brings it back.
    func expire(_ name: EnvironmentName) async {
        // While the records may be older than what runs, they do not say what has expired.
        guard doubt == nil, let worker = workers[name] else { return }
        let remark = "nothing was pushed to it for too long"
        await parts.tell(worker.id, "environment.expired", "expired: \(remark); the next push brings it back")
        await dismiss(name, reason: "it expired: \(remark)")
    }

    /// An environment goes, and comes back only when Git says another commit, or a person asks for one.
    func dismiss(_ name: EnvironmentName, reason: String) async {
        guard let worker = workers[name] else { return }
        let (record, wanted) = (await worker.record, await worker.wantedCommit)
        // What a person asked for is forgotten with the record: what comes next is the branch's tip.
        let tip = refs.first { $0.name == record.ref && !$0.name.isTag && !$0.isGone }?.commit
        let follows = record.kind == .preview || record.requested != nil ? tip : nil
        stored.dismissed[name] = follows ?? wanted ?? record.live?.commit ?? .zero
        await save(changed: [], removing: [], events: [])
        await remove(worker, reason: reason)
    }

    /// What was dismissed and is still there, after the daemon died over its removal, goes at last.
    func removeDismissed() async {
        for name in stored.dismissed.keys {
            guard let worker = workers[name], await !worker.isLeaving else { continue }
            await remove(worker, reason: "it was to be deleted before the daemon was started")
        }
    }

    private func remove(_ worker: EnvironmentWorker, reason: String) async {
        let record = await worker.record
        await worker.take(
            EnvironmentWish(
                environment: worker.id, kind: record.kind, ref: record.ref, intent: .delete, reason: reason),
            finding: nil)
    }

    /// Whether an environment was dismissed and Git says nothing else since.
    func isDismissed(_ wish: EnvironmentWish) -> Bool {
        guard let commit = stored.dismissed[wish.environment.name] else { return false }
        if wish.commit == nil || wish.commit == commit { return true }
        stored.dismissed[wish.environment.name] = nil
        return false
    }

    /// The worker of an environment that is not there, because it was deleted, expired or never wanted, while Git
    /// has what it would follow; nil where Git has nothing of the kind.
    func revive(_ name: EnvironmentName) async -> EnvironmentWorker? {
        guard hasListing, workers[name] == nil else { return workers[name] }
        var facts = await facts()
        facts.dismissed[name] = nil
        let wish = parts.decisions.wishes(facts).wishes.first { $0.environment.name == name && $0.intent != .delete }
        let branch = refs.first { ref in
            ref.name.isBranch && !ref.isGone && EnvironmentName.preview(of: ref.name, hashing: sha256) == name
        }
        let id = EnvironmentID(project: project, name: name)
        if let wish {
            addWorker(EnvironmentRecord(id: id, kind: wish.kind, ref: wish.ref, createdAt: parts.now()))
        } else if let branch, hasPreviews {
            addWorker(EnvironmentRecord(id: id, kind: .preview, ref: branch.name, createdAt: parts.now()))
        } else {
            return nil
        }
        stored.dismissed[name] = nil
        await save(changed: [], removing: [], events: [])
        return workers[name]
    }

    private var hasPreviews: Bool {
        switch policy {
        case .known(let policies), .invalid(_, let policies?): policies.preview != nil
        case .invalid(_, nil), .unknown: false
        }
    }

    /// A person confirmed that many previews may go at once; false where none waits for that.
    func approveDeletions() async -> Bool {
        var isAwaited = false
        for worker in workers.values where await worker.awaitsDeletion { isAwaited = true }
        guard isAwaited else { return false }
        areDeletionsApproved = true
        wake.ring()
        return true
    }
}
