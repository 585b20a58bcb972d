import Glibc
import Lifecycle
import Synchronization

/// The control group that Podman puts the processes of one build's steps in, and the means to end them.
///
/// Podman 4.3 hands `cgroupparent` to the runtime as the group itself, the same one for every step, below the root
/// of the hierarchy; the runtime removes it after each step.
struct BuildGroup: Sendable {
    /// Its name, in no other build.
    let name: String

    private static let prefix = "slipway-build-"
    private static let root = "/sys/fs/cgroup"
    /// How long to wait between two looks.
    private static let pauseMicroseconds: UInt32 = 20_000

    init() {
        name = Self.prefix + String(UInt64.random(in: .min ... .max), radix: 36)
    }

    /// Kills whatever is in the group, and keeps anything new from running there, until told that the build is over.
    func kill(until isOver: () -> Bool, deadline: Deadline) {
        while !isOver(), !deadline.hasPassed {
            forbidProcesses()
            for process in processes() { Glibc.kill(process, SIGKILL) }
            usleep(Self.pauseMicroseconds)
        }
    }

    /// Removes what is left of the group; to be called when the build is over, as a step may otherwise still begin.
    func remove() {
        for directory in directories { rmdir(directory) }
    }

    /// A build that is between two steps has no process to kill. With no room for a process in its group the next
    /// step fails: cgroups(7), `pids.max`. The runtime uses a group that is there already.
    private func forbidProcesses() {
        let parents = isUnified ? [Self.root] : ["\(Self.root)/pids"]
        for parent in parents {
            mkdir("\(parent)/\(name)", 0o755)
            let file = Glibc.open("\(parent)/\(name)/pids.max", O_WRONLY | O_CLOEXEC)
            guard file >= 0 else { continue }
            _ = write(file, "0", 1)
            close(file)
        }
    }

    /// The processes in the group, found from their side: so it does not matter where the hierarchy is mounted.
    private func processes() -> [pid_t] {
        guard let listing = opendir("/proc") else { return [] }
        defer { closedir(listing) }
        var found: [pid_t] = []
        while let entry = readdir(listing) {
            let number = withUnsafeBytes(of: entry.pointee.d_name) { pid_t(text($0)) }
            guard let number, number > 1, group(of: number).contains(name) else { continue }
            found.append(number)
        }
        return found
    }

    /// The lines of `/proc/PID/cgroup`; empty when the process is gone.
    private func group(of process: pid_t) -> String {
        let file = Glibc.open("/proc/\(process)/cgroup", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return "" }
        defer { close(file) }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = read(file, &buffer, buffer.count)
        return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : ""
    }

    private func text(_ bytes: UnsafeRawBufferPointer) -> String {
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }

    /// cgroups(7): version 2 alone has this file at its root.
    private var isUnified: Bool { access("\(Self.root)/cgroup.controllers", F_OK) == 0 }

    private var directories: [String] {
        guard !isUnified else { return ["\(Self.root)/\(name)"] }
        guard let listing = opendir(Self.root) else { return [] }
        defer { closedir(listing) }
        var result: [String] = []
        while let entry = readdir(listing) {
            let controller = withUnsafeBytes(of: entry.pointee.d_name) { text($0) }
            if !controller.hasPrefix(".") { result.append("\(Self.root)/\(controller)/\(name)") }
        }
        return result
    }
}
