import Glibc
import Model

/// What an opening leaves beside the database, in the file `slipway.db.mark`: how it ended, and how far it had come.
///
/// It tells which check the next start needs, and whether the database is the one that was there before: a copy that
/// somebody put in its place is behind it. Losing it costs a longer check at the next start.
struct OpeningMark: Sendable, Hashable {
    /// How an opening ended.
    enum End: String, Sendable, Hashable {
        /// It has not, or its process was killed.
        case open
        /// The ledger was closed; everything is in the database itself.
        case closed
        /// The disk failed, or damage was found.
        case failed
        /// `slipway restore` has put another database in its place since.
        case restored
    }

    /// The number of the opening.
    var epoch: Int64
    /// The id of the machine's run in which it was (random(4): `boot_id`).
    var boot: String
    /// How it ended.
    var end: End
    /// The last number that each table had given out, when it was closed.
    var numbers: [String: Int64] = [:]

    /// Where the mark of a database is.
    static func path(of database: String) -> String { database + ".mark" }

    /// The id of the machine's present run; empty where there is none to read.
    static let currentBoot: String = {
        let text = FileText.read("/proc/sys/kernel/random/boot_id") ?? ""
        return String(text.prefix { !$0.isWhitespace })
    }()
}

extension OpeningMark {
    /// The mark's lines.
    var text: String {
        let counts = numbers.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)\n" }.joined()
        return "epoch: \(epoch)\nboot: \(boot)\nend: \(end.rawValue)\n" + counts
    }

    /// Reads the lines of a mark; nil when they are none.
    init?(text: String) {
        var fields: [String: String] = [:]
        for line in text.split(separator: "\n") {
            guard let colon = line.firstIndex(of: ":") else { return nil }
            fields[String(line[..<colon])] = String(line[colon...].dropFirst(2))
        }
        guard let epoch = fields.removeValue(forKey: "epoch").flatMap({ Int64($0) }),
            let boot = fields.removeValue(forKey: "boot"),
            let end = fields.removeValue(forKey: "end").flatMap({ End(rawValue: $0) })
        else { return nil }
        self.init(epoch: epoch, boot: boot, end: end, numbers: fields.compactMapValues { Int64($0) })
    }

    /// The mark beside a database; nil when there is none that can be read.
    static func read(beside database: String) -> Self? {
        FileText.read(path(of: database)).flatMap { Self(text: $0) }
    }

    /// Puts the mark beside a database; false when that failed, and the earlier one is still there.
    @discardableResult
    func write(beside database: String) -> Bool { FileText.replace(Self.path(of: database), with: text) }
}
