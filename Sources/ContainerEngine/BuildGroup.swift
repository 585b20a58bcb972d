import Glibc

/// The control group that Podman puts the processes of one build's steps in, and the means to end them.
///
/// Podman 4.3 hands `cgroupparent` to the runtime as the group itself, the same one for every step, below the root
/// of the hierarchy; the runtime removes it after each step.
struct BuildGroup: Sendable {
    /// Its name, in no other build.
    let name: String

    private static let prefix = "slipway-build-"
    private static let root = "/sys/fs/cgroup"

    /// Names a group after this process, and ends what builds of processes that are gone still run.
    init() {
        for parent in Self.parents {
            for entry in Self.entries(of: parent) where entry.hasPrefix(Self.prefix) {
                let owner = entry.dropFirst(Self.prefix.count).prefix { $0 != "-" }
                guard let owner = pid_t(owner), Glibc.kill(owner, 0) != 0, errno == ESRCH else { continue }
                let group = Self(name: entry)
                group.kill()
                group.remove()
            }
        }
        name = "\(Self.prefix)\(getpid())-\(String(UInt64.random(in: .min ... .max), radix: 36))"
    }

    private init(name: String) { self.name = name }

    /// Kills whatever is in the group, and keeps anything new from running there until the runtime sets its limits anew.
    func kill() {
        forbidProcesses()
        for process in processes() { Glibc.kill(process, SIGKILL) }
    }

    /// Removes what is left of the group; to be called when the build is over, as a step may otherwise still begin.
    func remove() {
        for parent in Self.parents { rmdir("\(parent)/\(name)") }
    }

    /// A build that is between two steps has no process to kill. With no room for a process in its group the next
    /// step fails: cgroups(7), `pids.max`. The runtime uses a group that is there already.
    private func forbidProcesses() {
        let parent = Self.isUnified ? Self.root : "\(Self.root)/pids"
        mkdir("\(parent)/\(name)", 0o755)
        let file = Glibc.open("\(parent)/\(name)/pids.max", O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return }
        _ = write(file, "0", 1)
        close(file)
    }

    /// The processes in the group, found from their side: so it does not matter where the hierarchy is mounted.
    private func processes() -> [pid_t] {
        Self.entries(of: "/proc").compactMap { pid_t($0) }.filter { $0 > 1 && group(of: $0).contains(name) }
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

    /// cgroups(7): version 2 alone has this file at its root.
    private static var isUnified: Bool { access("\(root)/cgroup.controllers", F_OK) == 0 }

    /// The directories below which groups are: one for each controller in version 1.
    private static var parents: [String] {
        isUnified ? [root] : entries(of: root).filter { !$0.hasPrefix(".") }.map { "\(root)/\($0)" }
    }

    private static func entries(of directory: String) -> [String] {
        guard let listing = opendir(directory) else { return [] }
        defer { closedir(listing) }
        var result: [String] = []
        while let entry = readdir(listing) {
            result.append(
                withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                })
        }
        return result
    }
}
