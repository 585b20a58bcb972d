import CSQLite
import Synchronization

/// Ends what a connection is doing, from any thread: it then throws ``SQLiteError/Code/interrupted``.
///
/// May be kept longer than the connection; it does nothing then.
package final class Interruption: Sendable {
    // The connection's address, 0 once it is closed. The lock is what sqlite3_interrupt asks for:
    // the connection must not be closed while it is called (https://www.sqlite.org/c3ref/interrupt.html).
    private let address: Mutex<UInt>

    init(of database: OpaquePointer) { address = Mutex(UInt(bitPattern: database)) }

    /// Ends what the connection is doing now; what it does later is not touched.
    package func interrupt() {
        address.withLock { address in
            if let database = OpaquePointer(bitPattern: address) { sqlite3_interrupt(database) }
        }
    }

    /// Says that the connection is about to be closed.
    func retire() { address.withLock { $0 = 0 } }
}
