import Lifecycle
package import Model
import SQLite
package import Store
import Synchronization

/// What is set aside because the daemon crashed over it, as the loops ask for it.
///
/// Crashes are counted at the start, from what ``CrashWitness`` kept; so what is in here can only become less while the
/// daemon runs.
package final class Quarantine: Sendable {
    private let ledger: Ledger?
    private let setAside: Mutex<[WorkObject: Suspect]>
    /// Tells those that wait for the release of something.
    let releases = Broadcast()

    /// A quarantine over what the ledger knows; without one, nothing is ever set aside.
    package init(ledger: Ledger? = nil, suspects: [Suspect] = []) {
        self.ledger = ledger
        let known = suspects.filter(\.isSetAside).compactMap { suspect in
            WorkObject(suspect.object).map { ($0, suspect) }
        }
        setAside = Mutex(Dictionary(known) { first, _ in first })
    }

    /// What is known of an object that is set aside; nil: it may be worked on.
    package func suspect(_ object: WorkObject) -> Suspect? { setAside.withLock { $0[object] } }

    /// Everything that is set aside, ordered by name.
    package var all: [Suspect] { setAside.withLock { $0.values.sorted { $0.object < $1.object } } }

    /// Whether a whole project is set aside, so that nobody knows what it needs.
    var hasProject: Bool {
        setAside.withLock { $0.keys.contains { if case .project = $0 { true } else { false } } }
    }

    /// Lets an object be worked on again; false: it was not set aside.
    func release(_ object: WorkObject, at now: Timestamp) async throws(SQLiteError) -> Bool {
        guard suspect(object) != nil, let ledger else { return false }
        _ = try await ledger.release(object, at: now)
        setAside.withLock { $0[object] = nil }
        releases.notify()
        return true
    }

    /// Works on an object, under its name.
    static func holding<Value, Failure: Error>(
        _ object: WorkObject, _ body: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        try await CrashWitness.holding("\(object)", body)
    }

    /// The same on the calling thread alone.
    static func holding<Value>(_ object: WorkObject, here body: () -> Value) -> Value {
        CrashWitness.holding("\(object)", here: body)
    }
}

extension Suspect {
    /// Why what is set aside is not done.
    var failure: StageFailure {
        StageFailure(reason: .setAside, verdict: .stall, message: sentence, hint: remedy)
    }
}
