import Model
package import SQLite

extension Ledger {
    /// Every port that was ever chosen and is not forgotten, ordered by port.
    package func portLeases() throws(SQLiteError) -> [PortLease] {
        try read { (connection) throws(SQLiteError) in
            try connection.rows(
                "SELECT port, container, leased_at, released_at FROM port_leases ORDER BY port"
            ) { row in
                PortLease(
                    port: Int(row.integer(0)), container: row.text(1), leasedAt: row.moment(2),
                    releasedAt: row.optionalInteger(3).map { Timestamp(milliseconds: $0) })
            }
        }
    }

    /// Remembers a lease; a port has one.
    package func save(_ lease: PortLease) throws(SQLiteError) {
        try write(.soon) { (connection) throws(SQLiteError) in
            try connection.run(
                "INSERT OR REPLACE INTO port_leases (port, container, leased_at, released_at) VALUES (?, ?, ?, ?)",
                [
                    .integer(Int64(lease.port)), .text(lease.container), .integer(lease.leasedAt.milliseconds),
                    .optional(lease.releasedAt?.milliseconds),
                ])
        }
    }

    /// Forgets the lease of a port.
    package func delete(leaseOf port: Int) throws(SQLiteError) {
        try write { (connection) throws(SQLiteError) in
            try connection.run("DELETE FROM port_leases WHERE port = ?", [.integer(Int64(port))])
        }
    }
}
