import Lifecycle
import Model
import Store

extension EnvironmentWorker {
    /// How many events are kept while the records cannot be written.
    private static let eventLimit = 20

    /// Writes the environment and its deployment in one transaction, with an event; what cannot be written is written
    /// again before the worker rests.
    func persist(kind: String?, _ message: String, replacing previous: Int64?) async {
        // What could not be written comes with what happened meanwhile: a change is never written without its event.
        unsavedEvents += kind.map { [parts.event(id, $0, message)] } ?? []
        unsavedReplaced += [previous].compactMap(\.self)
        isUnsaved = true
        await turns.take()
        defer { turns.pass() }
        // Nothing brings the record of an environment back that is gone.
        guard !isRemoved else { return }
        let (events, replaced) = (unsavedEvents, unsavedReplaced)
        do throws(StageFailure) {
            try await parts.kept { [record, deployment] ledger in
                guard let deployment else { return try await ledger.save(record, events: events) }
                for number in replaced.dropLast() {
                    try await ledger.save(deployment, environment: record, replacing: number, events: [])
                }
                try await ledger.save(deployment, environment: record, replacing: replaced.last, events: events)
            }
            isUnsaved = false
            unsavedReplaced.removeFirst(replaced.count)
            unsavedEvents.removeFirst(events.count)
        } catch {
            // What runs is true all the same; it is written again before the worker rests.
            isUnsaved = true
            unsavedEvents = unsavedEvents.suffix(Self.eventLimit)
            log.error("cannot write the records: \(error.message)")
        }
        onRecord()
    }

    /// Writes what is remembered of the environment, with what happened.
    func keepRecord(_ events: [NewEvent] = []) async throws(StageFailure) {
        await turns.take()
        defer { turns.pass() }
        guard !isRemoved else { return }
        do throws(StageFailure) {
            try await parts.kept { [record] ledger in try await ledger.save(record, events: events) }
        } catch {
            // Whether it was written nobody knows: what is true when the worker rests is written then.
            isUnsaved = true
            wake.ring()
            throw error
        }
    }

    /// Writes down which release is about to be served: should the daemon end before it says that it is, the next one
    /// knows what it finds. Where that cannot be written, what it finds must do.
    func keepIntent() async {
        await turns.take()
        defer { turns.pass() }
        guard let deployment, !deployment.state.isFinal else { return }
        try? await parts.kept { ledger in
            try await ledger.save(deployment, environment: nil, replacing: nil, events: [])
        }
    }

    /// Forgets the environment, with what happened to it and how its last deployment ended.
    func forgetRecord(_ event: NewEvent) async throws(StageFailure) {
        await turns.take()
        defer { turns.pass() }
        try await endLast()
        try await parts.kept { ledger in
            try await ledger.delete(environment: id, events: [event])
        }
        isRemoved = true
    }

    /// Nothing of a removed environment is live: its last deployment comes to an end before its record goes.
    private func endLast() async throws(StageFailure) {
        guard var last = deployment else { return }
        let wasOpen = !last.state.isFinal
        if last.state == .live || !last.state.isFinal {
            last.state = last.state == .live ? .replaced : .cancelled
            last.endedAt = parts.now()
            deployment = last
        }
        let live = record.live?.deployment
        let events =
            unsavedEvents
            + (wasOpen
                ? [
                    parts.event(
                        id, "deployment.superseded", "\(last.commit.short) was given up: its environment is gone")
                ]
                : [])
        try await parts.kept { [last] ledger in
            try await ledger.save(last, environment: nil, replacing: live, events: events)
        }
    }
}
