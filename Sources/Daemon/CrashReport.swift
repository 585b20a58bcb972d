import Glibc
import Lifecycle
import Model
import SQLite
import Store

/// Draws the conclusion from how the daemon before this one ended, and forgives in time.
///
/// An object is blamed for a trap or an abort in work on it; and for a kill by the kernel for want of memory, where it
/// was the only thing in hand. Never for a kill by a person, and never for what went down with the machine.
struct CrashReport: Service {
    let name = "crash report"
    let ledger: Ledger
    let log: Log

    /// How long the daemon must work without a crash until former ones are forgotten.
    private static let forgiveness = Duration.seconds(3600)
    /// How old the count of the kernel's kills may become.
    private static let refreshing = Duration.seconds(10)

    func run(until stop: StopSignal) async throws {
        let wake = Wake()
        stop.onRaise { wake.ring() }
        var forgiven: Deadline? = .after(Self.forgiveness)
        while !stop.isRaised {
            CrashWitness.refresh()
            if forgiven?.hasPassed == true {
                forgiven = nil
                do throws(SQLiteError) { try await ledger.forgiveSuspects() } catch {
                    log.warning("former crashes cannot be forgotten: \(error)")
                }
            }
            await wake.wait(until: .after(Self.refreshing))
        }
    }

    /// Counts the crash, if there was one, and gives what is set aside.
    func quarantine(after end: LastEnd, at now: Timestamp) async throws(SQLiteError) -> Quarantine {
        if let (object, cause) = blame(for: end) {
            let suspect = try await ledger.blame(object, cause: cause, at: now)
            log.error(
                suspect.isSetAside ? suspect.sentence : "the daemon crashed in work on \(object), by \(cause)",
                ("crashes", "\(suspect.crashes)"))
        }
        return Quarantine(ledger: ledger, suspects: try await ledger.suspects())
    }

    private func blame(for end: LastEnd) -> (WorkObject, cause: String)? {
        switch end {
        case .inOrder: return nil
        case .withTheMachine:
            log.info("the machine was stopped while the daemon ran")
        case .crashed(let signal, let object):
            let cause = "signal \(signal) (\(String(cString: strsignal(signal))))"
            if let object = object.flatMap({ WorkObject($0) }) { return (object, cause) }
            log.error("the daemon crashed by \(cause), in work on nothing that could be set aside")
        case .killed(let wantedMemory, let inHand):
            if wantedMemory, inHand.count == 1, let object = WorkObject(inHand[0]) {
                return (object, "a kill for want of memory")
            }
            log.warning(
                "the daemon was killed" + (wantedMemory ? "; the kernel has killed for want of memory meanwhile" : ""),
                ("in_hand", inHand.prefix(8).joined(separator: ", ")))
        }
        return nil
    }
}
