import Glibc
import Lifecycle
import Model

/// The directory in which the managed Caddy looks routes up: one directory for each host; see ``CaddyLookup``.
///
/// Its calls block for as long as a disk takes, on an executor of their own. One writer: the router.
actor RouteFiles {
    /// What a host's directory says.
    private struct Entry: Sendable, Hashable {
        /// `u20001-20002`
        var ports: String
        /// `islipway--shop--staging--web`
        var owner: String
        /// It was written, and may not be there any more.
        var isDoubted = false
    }

    private let directory: String
    private let executor = BlockingExecutor(name: "slipway.routes")
    private var known: [String: Entry] = [:]

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(directory: String) { self.directory = directory }

    /// The routes as they are on disk.
    func read() throws(StageFailure) -> RouteTable {
        try make(directory)
        known = [:]
        for host in Self.names(in: directory) where Self.isSafe(host) {
            let names = Self.names(in: "\(directory)/\(host)")
            // What a crash left half done: the next change of the host's route completes it.
            guard let ports = names.first(where: { $0.hasPrefix("u") }),
                let owner = names.first(where: { $0.hasPrefix("i") })
            else { continue }
            for extra in names where extra.hasPrefix("u") && extra != ports { unlink("\(directory)/\(host)/\(extra)") }
            known[host] = Entry(ports: ports, owner: owner)
        }
        let hosts = Dictionary(grouping: known.keys) { known[$0]?.owner ?? "" }
        return RouteTable(
            hosts.compactMap { owner, hosts in
                guard let ports = hosts.first.flatMap({ known[$0]?.ports }) else { return nil }
                // Hosts of one service that differ were cut off in mid-change: as no route, so that they are set again.
                guard hosts.allSatisfy({ known[$0]?.ports == ports }) else { return nil }
                return Route(
                    id: String(owner.dropFirst()), hosts: hosts,
                    ports: ports.dropFirst().split(separator: "-").compactMap { Int($0) })
            })
    }

    /// Brings the directory to a table, as far as it can be; returns the environments whose routes it could not be
    /// brought to. A request finds what was there before or what is there after.
    func apply(_ table: RouteTable) -> [EnvironmentID: StageFailure] {
        var failures: [EnvironmentID: StageFailure] = [:]
        var wanted: [String: Entry] = [:]
        for (environment, routes) in table.environments {
            let changed = Self.entries(of: routes).filter { known[$0.key] != $0.value }
            wanted.merge(Self.entries(of: routes)) { first, _ in first }
            do throws(StageFailure) {
                // All places first: where one cannot be made, nothing has moved yet.
                for host in changed.keys { try makePlace(of: host) }
                for (host, entry) in changed { try write(entry, of: host) }
            } catch {
                failures[environment] = error
            }
        }
        for (host, entry) in known where wanted[host] == nil {
            do throws(StageFailure) { try remove(host) } catch {
                // Every owner that is written is some environment's.
                guard let owner = Route.owner(of: String(entry.owner.dropFirst())) else { continue }
                failures[owner.environment] = error
            }
        }
        return failures
    }

    /// What the directory should say of routes, by host.
    private static func entries(of routes: [Route]) -> [String: Entry] {
        var entries: [String: Entry] = [:]
        for route in routes where !route.ports.isEmpty {
            let ports = route.ports.prefix(CaddyLookup.portLimit).map(String.init).joined(separator: "-")
            for host in route.hosts.map({ $0.lowercased() }) where Self.isSafe(host) {
                entries[host] = Entry(ports: "u\(ports)", owner: "i\(route.id)")
            }
        }
        return entries
    }

    /// Finds out whether anything can be written, with a directory that is no host's.
    func tryWriting() throws(StageFailure) {
        let place = "\(directory)/.trial"
        try make(directory)
        try make(place)
        defer { rmdir(place) }
        try touch("\(place)/u0")
        unlink("\(place)/u0")
    }

    /// Whether everything is still there that was written.
    func isIntact() -> Bool {
        known.allSatisfy { host, entry in
            entry.isDoubted || access("\(directory)/\(host)/\(entry.ports)", F_OK) == 0
        }
    }

    /// Believes nothing of what was written, so that the next ``apply(_:)`` writes everything, and removes what is not
    /// wanted any more.
    func distrust() { for host in known.keys { known[host]?.isDoubted = true } }

    private func write(_ entry: Entry, of host: String) throws(StageFailure) {
        let place = "\(directory)/\(host)"
        let old = known[host].flatMap { $0.isDoubted ? nil : $0 }
        if old?.owner != entry.owner {
            for name in Self.names(in: place) where name.hasPrefix("i") && name != entry.owner {
                unlink("\(place)/\(name)")
            }
            try touch("\(place)/\(entry.owner)")
        }
        if let old, old.ports != entry.ports, rename("\(place)/\(old.ports)", "\(place)/\(entry.ports)") == 0 {
            // Moved, in one step.
        } else {
            try touch("\(place)/\(entry.ports)")
            for name in Self.names(in: place) where name.hasPrefix("u") && name != entry.ports {
                unlink("\(place)/\(name)")
            }
        }
        try Failpoint.pass("deploy.route.written", StageFailure.injected)
        known[host] = entry
        Self.sync(place)
        if old == nil { Self.sync(directory) }
    }

    private func remove(_ host: String) throws(StageFailure) {
        let place = "\(directory)/\(host)"
        for name in Self.names(in: place).sorted(by: >) { unlink("\(place)/\(name)") }
        guard rmdir(place) == 0 || errno == ENOENT else { throw .routeNotWritten(place, errno) }
        known[host] = nil
        Self.sync(directory)
    }

    private func makePlace(of host: String) throws(StageFailure) {
        try make(directory)
        let place = "\(directory)/\(host)"
        try make(place)
        let descriptor = open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .routeNotWritten(place, errno) }
        close(descriptor)
    }

    private func make(_ path: String) throws(StageFailure) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw .routeNotWritten(path, errno) }
    }

    private func touch(_ path: String) throws(StageFailure) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .routeNotWritten(path, errno) }
        close(descriptor)
    }

    /// After a power cut the machine comes back with the routes it had: a container that was replaced may be gone.
    private static func sync(_ directory: String) {
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    /// Host names become names of directories: nothing else may.
    private static func isSafe(_ host: String) -> Bool {
        guard let first = host.utf8.first, first != UInt8(ascii: "."), first != UInt8(ascii: "-") else { return false }
        return host.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
                UInt8(ascii: "."):
                true
            default: false
            }
        }
    }

    private static func names(in directory: String) -> [String] { DirectoryNames.all(in: directory) }
}

/// The names in a directory but for `.` and `..`; none where it cannot be read.
enum DirectoryNames {
    static func all(in path: String) -> [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}
