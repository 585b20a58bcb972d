import CCrashDisk

/// A disk in memory that SQLite writes to, and that can show what a crash at any moment leaves behind.
final class CrashDisk: @unchecked Sendable {
    // The C side takes its own locks for marks and entries; a disk is opened by one connection at a time.
    private let disk: OpaquePointer

    /// What is promised to somebody at some moment, by what was written before.
    enum Promise: Int32, CaseIterable {
        /// The sequence number of a delivery that was acknowledged.
        case delivery
        /// How many events were written to stay.
        case event
        /// The number of an image that was written to stay soon.
        case image
        /// The schema's version that a ledger was opened with.
        case schema
        /// The number of the deployment that is live.
        case live
    }

    /// What a crash leaves of what was written since the last sync.
    enum Loss: Int32, CaseIterable {
        /// Everything: only the process ended.
        case killed
        /// Nothing.
        case lost
        /// Everything but some sectors of the last write.
        case torn
        /// Any subset of the writes.
        case dropped
        /// Any subset of their sectors.
        case shuffled
    }

    /// An empty disk that writes down what happens to it.
    convenience init() { self.init(crash_disk_make(1)) }

    private init(_ disk: OpaquePointer) { self.disk = disk }

    deinit { crash_disk_free(disk) }

    /// The name of SQLite's file system.
    static let system = "crash"

    /// The path of the database on it.
    var path: String { "/\(crash_disk_id(disk))/slipway.db" }

    /// Writes down, among the writes, that something was promised.
    func note(_ promise: Promise, _ value: Int64) { crash_disk_mark(disk, promise.rawValue, value) }

    /// How many entries it wrote down.
    var count: Int { Int(crash_disk_count(disk)) }

    /// How many of them are syncs.
    var syncs: Int { Int(crash_disk_syncs(disk)) }

    /// Goes through everything that was written down, moment by moment.
    final class Walk {
        private let disk: CrashDisk
        private let cursor: OpaquePointer

        init(_ disk: CrashDisk) {
            self.disk = disk
            cursor = crash_cursor_make(disk.disk)
        }

        deinit { crash_cursor_free(cursor) }

        func step() -> Bool { crash_cursor_step(cursor) != 0 }
        var isChange: Bool { crash_cursor_is_change(cursor) != 0 }
        var pending: Int { Int(crash_cursor_pending(cursor)) }
        func promised(_ promise: Promise) -> Int64 { crash_cursor_mark(cursor, promise.rawValue) }

        /// The disk as a crash at this moment could leave it.
        func image(_ loss: Loss, seed: UInt64) -> CrashDisk {
            CrashDisk(crash_cursor_image(cursor, loss.rawValue, seed))
        }
    }
}
