import Lifecycle
import Model
import Store

/// What of a project and its refs could not be written down yet; it is written again until it is.
struct UnsavedRefs {
    private(set) var names: Set<RefName> = []
    private(set) var events: [NewEvent] = []
    private var isStoredChanged = false

    /// How many events are kept for later; more are lost, as the records say nothing of what happened meanwhile.
    private static let eventLimit = 100

    /// Whether the records lack something.
    var isAny: Bool { isStoredChanged || !names.isEmpty || !events.isEmpty }

    mutating func add(_ names: some Sequence<RefName>, _ events: [NewEvent]) {
        isStoredChanged = true
        self.names.formUnion(names)
        self.events = (self.events + events).suffix(Self.eventLimit)
    }
}

extension ProjectLoop {
    /// The pause before what could not be written is written again.
    static let savingPause = Duration.seconds(2)

    /// Writes down what changed of the project and its refs, with events; what cannot be written is written later.
    func save(changed: [KnownRef], removing: [RefName], events: [NewEvent]) async {
        unsaved.add(changed.map(\.name) + removing, events)
        await saveUnsaved()
        parts.changes.notify()
    }

    /// Writes down what the records lack, as it is now.
    func saveUnsaved() async {
        await saving.take()
        defer { saving.pass() }
        guard unsaved.isAny else { return }
        let pending = unsaved
        unsaved = UnsavedRefs()
        let changed = refs.filter { pending.names.contains($0.name) }
        let removed = pending.names.subtracting(changed.map(\.name)).sorted()
        do throws(StageFailure) {
            try await parts.kept { [stored] ledger in
                try await ledger.save(refs: changed, removing: removed, of: stored, events: pending.events)
            }
            savingFailed = nil
            resaveAt = nil
        } catch {
            let newer = unsaved.events
            unsaved = pending
            unsaved.add([], newer)
            resaveAt = .after(Self.savingPause)
            // One line for each state: it is tried again until it works.
            if savingFailed != error.message { log.error("cannot write down what the remote shows: \(error.message)") }
            savingFailed = error.message
        }
    }
}
