import Lifecycle
import Model
import Store
import Synchronization

extension Announcements.Announcement {
    /// What a delivery announces; nil when it announces nothing that a listing could show.
    init?(_ sequence: Int64, _ delivery: NewDelivery) {
        guard let ref = delivery.ref, ref.isBranch || ref.isTag, let object = delivery.announced else { return nil }
        self.init(
            sequence: sequence, ref: ref, object: object, before: delivery.before, receivedAt: delivery.receivedAt)
    }
}

extension ProjectLoop {
    /// A delivery is on disk and asks for a look.
    nonisolated func delivered(_ sequence: Int64, _ delivery: NewDelivery) {
        let announcement = Announcements.Announcement(sequence, delivery)
        inbox.withLock { $0.take(sequence, announcement, of: delivery.ref) }
    }

    /// Nobody knows whether a delivery is on disk, or where in the order: the next look finds out.
    nonisolated func doubted(_ delivery: NewDelivery) { inbox.withLock { $0.doubt(delivery) } }

    /// Looks up deliveries whose first answer was an error, or that were sent again: what is on disk and open is taken
    /// like any other.
    func resolveDoubts() async {
        let doubtful = inbox.withLock { $0.takeDoubtful() }
        for delivery in doubtful {
            do throws(StageFailure) {
                let sequence = try await parts.kept { ledger in try await ledger.openSequence(of: delivery) }
                if let sequence, !announcements.open.contains(sequence) { delivered(sequence, delivery) }
            } catch {
                // Asked again at the next look.
                doubted(delivery)
            }
        }
    }

    /// Goes on to wait for what deliveries announced before the daemon was started.
    func resume(_ deliveries: [Delivery]) {
        for delivery in deliveries {
            let announcement = Announcements.Announcement(
                delivery.sequence,
                NewDelivery(
                    project: delivery.project, host: delivery.host, deliveryID: delivery.deliveryID,
                    event: delivery.event, receivedAt: delivery.receivedAt, ref: delivery.ref,
                    announced: delivery.announced, before: delivery.before))
            guard let announcement else { continue }
            // Git has moved since the delivery came; whether from what was before it nobody knows any more.
            let known = refs.first { $0.name == announcement.ref }
            if announcement.before == nil, let known, known.movedAt >= delivery.receivedAt { continue }
            announcements.take(
                announcement, shown: shown(announcement.ref), age: parts.now().since(delivery.receivedAt),
                now: SteadyClock.now)
        }
    }

    /// What people are shown of what is waited for; nil: nothing is.
    var announced: [AnnouncedCommit]? {
        let waiting = announcements.waiting
        return waiting.isEmpty
            ? nil : waiting.map { AnnouncedCommit(ref: $0.ref, commit: $0.object, since: $0.receivedAt) }
    }

    /// What Git showed last of a ref.
    private func shown(_ ref: RefName) -> ObjectID? {
        refs.first { $0.name == ref && $0.absences == 0 }.map { $0.movedTo ?? $0.target }
    }

    /// Takes what came in since the last look, before a listing is folded in.
    func openInbox() -> Int64? {
        let came = inbox.withLock { $0.empty() }
        for announcement in came.announcements {
            announcements.take(announcement, shown: shown(announcement.ref), now: SteadyClock.now)
        }
        for (ref, sequence) in came.endings { announcements.forget(ref, before: sequence) }
        return came.newest
    }

    /// Settles what deliveries asked for, now that a complete listing was taken in, and looks again for what it lacks.
    func settle(_ newest: Int64?, after listing: RefListing) async {
        let before = announcements.waiting
        let outcome = announcements.look(at: listing, now: SteadyClock.now)
        lookAgain = announcements.nextLook(now: SteadyClock.now).map { Deadline(instant: $0) }
        if announcements.waiting != before { parts.changes.notify() }
        await tell(of: outcome)
        let givenUp = outcome.givenUp.map(\.sequence)
        await settle(
            upTo: (outcome.settled + [newest].compactMap(\.self)).max(), except: givenUp, "the remote was looked at")
        await settle(upTo: givenUp.max(), except: [], "what it announced did not appear; what Git shows was taken")
    }

    private func settle(upTo sequence: Int64?, except others: [Int64], _ outcome: String) async {
        guard let sequence else { return }
        let open = announcements.open + others
        do throws(StageFailure) {
            try await parts.kept { [project] ledger in
                try await ledger.settle(of: project, upTo: sequence, except: open, outcome: outcome)
            }
        } catch {
            // Settled with the next look.
            inbox.withLock { $0.take(sequence, nil, of: nil) }
        }
    }

    private func tell(of outcome: Announcements.Outcome) async {
        if let late = outcome.late.first, toldOfLate?.hasPassed ?? true {
            toldOfLate = .after(Self.lateInterval)
            let others = outcome.late.count > 1 ? ", and for \(outcome.late.count - 1) more" : ""
            await tell(
                "delivery.early",
                "waiting for \(late.object.short) on \(late.ref.short), which a delivery announced"
                    + " and Git does not show yet\(others)")
        }
        guard let first = outcome.givenUp.first else { return }
        let others = outcome.givenUp.count > 1 ? ", nor did \(outcome.givenUp.count - 1) more" : ""
        await tell(
            "delivery.unseen",
            "\(first.object.short), which a delivery announced on \(first.ref.short), did not appear within"
                + " \(Announcements.patience.components.seconds / 60) minutes\(others): what Git shows counts")
    }

    /// The time between two events about what Git does not show yet: whoever has the secret can announce anything.
    private static let lateInterval = Duration.seconds(60)
}
