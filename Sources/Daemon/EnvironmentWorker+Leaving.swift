import Lifecycle
import Model

extension EnvironmentWorker {
    /// Whether the environment is being removed, or is gone.
    var isLeaving: Bool { isRemoved || machine.wish?.intent == .delete }

    /// Whether it waits for a person to agree that it goes.
    var awaitsDeletion: Bool {
        guard record.kind == .preview, case .wait(_, let gates)? = machine.wish?.intent else { return false }
        return gates.contains { $0.kind == .confirmation }
    }

    /// When it goes, unless it is pushed to; nil: it does not expire.
    var expires: Timestamp? {
        guard record.kind == .preview, record.hold == nil else { return nil }
        return record.lease?.remaining(of: lifetime).map { parts.now().advanced(by: $0) }
    }

    /// Counts the time that a preview was left alone.
    ///
    /// - Parameter push: the sequence number of its ref's last move.
    func watched(push: Int64, for duration: Duration, lifetime: Duration?) async -> Lease {
        let isPush = record.lease?.push != push
        self.lifetime = lifetime
        machine.watched(push: push, for: duration)
        unsavedLease += duration
        // A daemon that dies loses this much of what it watched: the preview lives longer by it.
        if isPush || unsavedLease >= min((lifetime ?? Self.leaseUnsaved) / 8, Self.leaseUnsaved) { await saveLease() }
        return record.lease ?? Lease(push: push)
    }

    private static let leaseUnsaved = Duration.seconds(3600)

    private func saveLease() async {
        unsavedLease = .zero
        do throws(StageFailure) {
            try await keepRecord()
        } catch {
            log.warning("cannot write down how long nothing was pushed: \(error.message)")
        }
    }

    /// A person wants the preview for this long from now on.
    func extend(by duration: Duration, push: Int64) async throws(StageFailure) {
        machine.extended(by: duration, push: push)
        unsavedLease = .zero
        try await keepRecord()
        parts.changes.notify()
    }
}
