package import Lifecycle
import SQLite
package import Store
import Synchronization

/// Ends the daemon when another one has taken over its records, and until then says whether it may have effects.
///
/// A step begun under an older epoch must not commit; nor may it go on with containers and routes that are another
/// daemon's by now. So every request that changes something, in the engine, the proxy or a mirror, asks here first.
package final class Fence: Service {
    package let name = "fence"
    private let watch: EpochWatch?
    private let log: Log
    private let cause = Mutex<TakenOver?>(nil)
    private let isDark = Mutex(false)
    private let tripped = StopSignal()

    /// The time between two looks of a daemon that does nothing else.
    private static let interval = Duration.seconds(2)

    /// What the daemon ends with.
    package enum TakenOver: Error, Sendable, Hashable, CustomStringConvertible {
        /// Another daemon has opened the records since.
        case opened
        /// The records' file is not the one that was opened.
        case replaced

        package var description: String {
            switch self {
            case .opened:
                "another daemon has taken over the records; this one ends and leaves everything to it"
            case .replaced:
                "the records' file was removed or replaced while the daemon ran; it ends, and its next start takes in"
                    + " what is there"
            }
        }
    }

    /// A fence over the records that the watch looks at; without one it is tripped by writing alone.
    package init(watch: EpochWatch? = nil, log: Log = .silent) {
        self.watch = watch
        self.log = log
    }

    /// The records say that they belong to another daemon now.
    func trip(_ reason: TakenOver = .opened) {
        cause.withLock { $0 = $0 ?? reason }
        tripped.raise()
    }

    /// Whether an effect on the world is still this daemon's to have.
    ///
    /// Not while the records cannot be read either: what cannot be written down is not begun.
    func admits() async -> Bool {
        guard !tripped.isRaised else { return false }
        guard let watch else { return true }
        do throws(SQLiteError) {
            let finding = try await watch.look()
            if isDark.withLock({ dark in
                defer { dark = false }
                return dark
            }) {
                log.info("the records can be read again")
            }
            switch finding {
            case .ours: return true
            case .taken: trip(.opened)
            case .replaced: trip(.replaced)
            }
        } catch {
            if !isDark.withLock({ dark in
                defer { dark = true }
                return dark
            }) {
                log.error("the records cannot be read, and nothing is changed until they can be: \(error)")
            }
        }
        return false
    }

    /// Looks at the records no more, and admits nothing.
    func close() async {
        tripped.raise()
        await watch?.close()
    }

    package func run(until stop: StopSignal) async throws {
        let wake = Wake()
        stop.onRaise { wake.ring() }
        tripped.onRaise { wake.ring() }
        while !stop.isRaised, !tripped.isRaised {
            _ = await admits()
            if !tripped.isRaised { await wake.wait(until: watch == nil ? nil : .after(Self.interval)) }
        }
        if let cause = cause.withLock({ $0 }) { throw cause }
    }
}
