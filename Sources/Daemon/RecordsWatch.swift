import Glibc
import Lifecycle
import SQLite
import Store

/// Looks after the database itself: through all of it once after a start that looked quickly, and at its log now and then.
struct RecordsWatch: Service {
    let name = "records"
    let ledger: Ledger
    /// Whether the start has looked at everything already.
    let isFullyChecked: Bool
    let log: Log

    /// The time between two looks at the size of the log.
    private static let interval = Duration.seconds(10)

    func run(until stop: StopSignal) async throws {
        let wake = Wake()
        stop.onRaise { wake.ring() }
        if !isFullyChecked, !stop.isRaised {
            do throws(SQLiteError) {
                try await ledger.inspect()
            } catch {
                // Damage has ended the ledger by now; anything else is looked at again at the next start.
                log.warning("the records were not looked through: \(error.message)")
            }
        }
        var isLarge = false
        while !stop.isRaised {
            let bytes = ledger.logByteCount
            if bytes > Ledger.logAlertBytes, !isLarge {
                log.warning(
                    "the records' write-ahead log has grown to \(bytes >> 20) MiB: some program has been reading"
                        + " them for long; find it with 'fuser \(ledger.path)'")
            }
            isLarge = bytes > Ledger.logAlertBytes
            await wake.wait(until: .after(Self.interval))
        }
    }
}
