import SQLite

@testable import Store

/// What a crash left behind, opened again and compared with what had been promised before it.
struct CrashImage {
    let disk: CrashDisk
    let loss: CrashDisk.Loss
    /// What had been promised when it happened.
    let promised: [CrashDisk.Promise: Int64]
    /// Whether rows are numbered from 1 on without a gap.
    var isDense = true

    /// What is wrong with it; nil when nothing is.
    func fault() -> String? {
        do throws(SQLiteError) {
            return try fault(in: Connection(path: disk.path, access: .readWrite, system: CrashDisk.system))
        } catch {
            return "\(error)"
        }
    }

    private func fault(in connection: borrowing Connection) throws(SQLiteError) -> String? {
        let version = try connection.first("PRAGMA user_version") { $0.integer(0) } ?? 0
        let names = try connection.rows("SELECT name FROM sqlite_schema ORDER BY name") { $0.text(0) }
        guard version >= promised[.schema, default: 0] else { return "version \(version) was newer already" }
        guard names == Self.names[version] else { return "version \(version) has \(names)" }
        guard version > 0 else { return nil }
        if let finding = try LedgerCheck.damage(in: connection, .full) { return "\(finding)" }
        if version >= 2, let finding = try LedgerCheck.broken(in: connection, .full) { return "\(finding)" }
        if let fault = try missing(.delivery, "deliveries", "sequence", connection) { return fault }
        if let fault = try missing(.event, "events", "sequence", connection) { return fault }
        // What is to stay soon may be lost with the machine's power, but not with a process.
        if let fault = try missing(loss == .killed ? .image : nil, "images", "number", connection) { return fault }
        return try missing(.live, "deployments WHERE state = 'live'", "number", connection, isDense: false)
    }

    /// What is missing of rows that are numbered from 1 on without a gap.
    private func missing(
        _ promise: CrashDisk.Promise?, _ table: String, _ column: String, _ connection: borrowing Connection,
        isDense: Bool = true
    ) throws(SQLiteError) -> String? {
        let found = try connection.first("SELECT count(*), coalesce(max(\(column)), 0) FROM \(table)") { row in
            (count: row.integer(0), last: row.integer(1))
        }
        guard let found else { return "\(table) cannot be counted" }
        let wanted = promise.flatMap { promised[$0] } ?? 0
        guard found.last >= wanted else { return "\(table) ends at \(found.last), \(wanted) was promised" }
        return isDense && self.isDense && found.count != found.last
            ? "\(table) has \(found.count) rows up to \(found.last)" : nil
    }

    /// What a database of each version is made of.
    private static let names: [Int64: [String]] = {
        var names: [Int64: [String]] = [0: []]
        for version in 1...Schema.current.version {
            let disk = CrashDisk()
            let schema = Schema(migrations: Array(Schema.current.migrations.prefix(Int(version))))
            do {
                let connection = try Connection(path: disk.path, access: .readWrite, system: CrashDisk.system)
                try schema.migrate(connection, from: 0)
                names[version] = try connection.rows("SELECT name FROM sqlite_schema ORDER BY name") { $0.text(0) }
            } catch {
                preconditionFailure("the schema cannot be made: \(error)")
            }
        }
        return names
    }()
}

extension CrashDisk {
    /// What the images of a recorded run showed.
    struct Report: Sendable {
        var images = 0
        var byLoss: [Loss: Int] = [:]
        var faults: [String] = []
    }

    /// Opens images of crashes at every moment of what was written down; a thread sees each `share`-th moment.
    ///
    /// - Parameter rounds: how many images of each kind that depends on chance are made of a moment.
    func images(
        rounds: Int, share: (index: Int, of: Int) = (0, 1), faultLimit: Int = 3, isDense: Bool = true
    ) -> Report {
        let walk = Walk(self)
        var report = Report()
        var moment = 0
        while walk.step(), report.faults.count < faultLimit {
            moment += 1
            guard moment % share.of == share.index, isDense || walk.promised(.schema) > 0 else { continue }
            let promised = Dictionary(uniqueKeysWithValues: Promise.allCases.map { ($0, walk.promised($0)) })
            for loss in Loss.allCases {
                // With nothing unsynced, every loss leaves the same.
                guard loss == .killed || walk.pending > 0 else { continue }
                for round in 0..<(loss == .dropped || loss == .shuffled ? rounds : 1) {
                    let seed = UInt64(moment) << 16 | UInt64(round) << 8 | UInt64(loss.rawValue)
                    let image = CrashImage(
                        disk: walk.image(loss, seed: seed), loss: loss, promised: promised, isDense: isDense)
                    report.images += 1
                    report.byLoss[loss, default: 0] += 1
                    guard let fault = image.fault() else { continue }
                    report.faults.append("entry \(moment), \(loss), seed \(seed): \(fault)")
                    break
                }
            }
        }
        return report
    }
}
