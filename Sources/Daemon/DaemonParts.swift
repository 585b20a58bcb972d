import Deployer
import Lifecycle
import Model
import SQLite
import Store

/// What every loop of the daemon shares: records, clocks, the Deployer, and how to tell people.
struct DaemonParts: Sendable {
    /// What is remembered.
    let ledger: any Records
    /// Makes environments run what they should.
    let deployer: Deployer
    /// What environments add to releases.
    let configurations: EnvironmentConfigurations
    /// Tells waiters that anything people can see has changed.
    let changes: Broadcast
    /// Ends the daemon when its records are not its own any more.
    let fence: Fence
    /// What is not worked on because the daemon crashed over it.
    let quarantine: Quarantine
    /// Where records of the log go.
    let log: Log
    /// Whose turn it is when much has to be mended at once.
    let recovery = RecoveryOrder()
    /// What the loops decide by.
    var decisions = Decisions.standard
    /// What the machine has room for.
    let capacity: Capacity
    /// What is seen of webhooks.
    var hooks = HookDesk()
    /// Which images are about to be used.
    let imageUse = ImageUse()

    /// The wall clock.
    func now() -> Timestamp { Timestamp(milliseconds: WallClock.milliseconds()) }

    /// The pause after that many failures in a row.
    func pause(afterFailures failures: Int) -> Duration {
        Backoff.standard.pause(afterFailures: failures, random: Chance.fraction())
    }

    /// Asks the ledger; its errors become failures in the user's terms.
    func kept<Value: Sendable>(
        _ body: (any Records) async throws -> Value
    ) async throws(StageFailure) -> Value {
        do {
            return try await body(ledger)
        } catch {
            if let error = error as? SQLiteError, error.isStaleLedger { fence.trip() }
            throw DaemonFailures.records(error)
        }
    }

    /// An event about an environment, to be written with a change.
    func event(_ id: EnvironmentID, _ kind: String, _ message: String) -> NewEvent {
        NewEvent(at: now(), project: id.project, environment: id.name, kind: kind, message: message)
    }

    /// Writes an event about an environment by itself.
    func tell(_ id: EnvironmentID, _ kind: String, _ message: String) async {
        await tell([event(id, kind, message)])
    }

    /// Writes events by themselves; a full disk loses them, and says so in the log.
    func tell(_ events: [NewEvent]) async {
        do throws(SQLiteError) {
            try await ledger.append(events)
        } catch {
            log.error("cannot write events: \(error)")
        }
        changes.notify()
    }
}
