import Config
import Glibc
import SQLite
import Store

/// What can be told of a daemon from its state directory alone, whether it runs or not: for `slipway doctor --bundle`.
package struct StateReport: Sendable {
    /// Versions, integrity and sizes of the records, or why they cannot be read.
    package let records: String
    /// The newest events, a line each.
    package let events: String
    /// The newest deployments, a line of JSON each.
    package let deployments: String
    /// The newest builds, a line of JSON each.
    package let builds: String
    /// What the process of the daemon has, or that there is none.
    package let process: String

    /// How many events, deployments and builds are told.
    private static let limit = 500

    /// Looks at a state directory, and changes nothing.
    package init(of state: String) {
        process = ProcessFacts.text(ofHolderOf: state)
        let path = "\(state)/slipway.db"
        do throws(SQLiteError) {
            let found = try RecordsInspection(path: path, limit: Self.limit)
            let sizes = ["", "-wal", "-shm"].map { "\(path)\($0): \(Self.size(of: path + $0))" }
            records =
                ([
                    "SQLite \(found.libraryVersion)",
                    "schema version \(found.schemaVersion); this program writes \(found.knownVersion)",
                    "integrity: \(found.integrity.joined(separator: "; "))",
                ] + sizes + found.rows.map { "\($0.table): \($0.count) rows" }).joined(separator: "\n") + "\n"
            events = Self.lines(found.events)
            deployments = Self.lines(found.deployments)
            builds = Self.lines(found.builds)
        } catch {
            records = "the records cannot be read: \(error)\n"
            (events, deployments, builds) = ("", "", "")
        }
    }

    private static func lines(_ lines: [String]) -> String { lines.map { $0 + "\n" }.joined() }

    private static func size(of path: String) -> String {
        var status = stat()
        return stat(path, &status) == 0 ? "\(status.st_size) bytes" : String(cString: strerror(errno))
    }
}

/// What proc(5) shows of a daemon.
enum ProcessFacts {
    /// The facts of the process that holds a state directory.
    static func text(ofHolderOf state: String) -> String {
        guard let line = read("\(state)/lock").split(separator: "\n").first(where: { $0.hasPrefix("pid: ") }),
            let pid = Int32(line.dropFirst(5))
        else { return "no daemon holds \(state)\n" }
        let status = read("/proc/\(pid)/status")
        guard !status.isEmpty else { return "the daemon that held \(state), process \(pid), does not run any more\n" }
        let wanted = ["Name", "State", "Threads", "VmPeak", "VmSize", "VmHWM", "VmRSS", "RssAnon", "RssFile", "VmSwap"]
        let fields = status.split(separator: "\n").filter { line in wanted.contains { line.hasPrefix($0 + ":") } }
        let limits = read("/proc/\(pid)/limits").split(separator: "\n").filter { line in
            ["Max open files", "Max processes", "Max address space", "Max file size"].contains { line.hasPrefix($0) }
        }
        return (["process \(pid)"] + fields.map(String.init) + descriptors(of: pid) + limits.map(String.init))
            .joined(separator: "\n") + "\n"
    }

    /// How many descriptors there are, and of what kind.
    private static func descriptors(of pid: Int32) -> [String] {
        guard let listing = opendir("/proc/\(pid)/fd") else {
            return ["descriptors: \(String(cString: strerror(errno)))"]
        }
        defer { closedir(listing) }
        var kinds: [String: Int] = [:]
        while let entry = readdir(listing) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard Int(name) != nil else { continue }
            var target = [CChar](repeating: 0, count: 4096)
            let count = readlink("/proc/\(pid)/fd/\(name)", &target, target.count)
            let text = String(decoding: target.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
            kinds[text.hasPrefix("/") ? "file" : String(text.prefix { $0 != ":" }), default: 0] += 1
        }
        return ["descriptors: \(kinds.values.reduce(0, +))"]
            + kinds.sorted { $0.key < $1.key }.map { "  \($0.key): \($0.value)" }
    }

    private static func read(_ path: String) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }
}
