import Glibc
import Testing

@testable import ContainerEngine

/// Control groups of this machine; only root may make them.
@Suite(.serialized, .enabled(if: getuid() == 0, "only root may make control groups"), .timeLimit(.minutes(1)))
struct BuildGroupTests {
    /// Where a group's room for processes is set, in either version of control groups.
    private static let parent = access("/sys/fs/cgroup/cgroup.controllers", F_OK) == 0 ? "" : "/pids"

    private static func path(of name: String) -> String { "/sys/fs/cgroup\(parent)/\(name)" }

    /// Starts a process that sleeps for that many seconds.
    private static func sleeping(seconds: String) throws -> pid_t {
        var pid: pid_t = 0
        let words = ["busybox", "sleep", seconds]
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        try #require(posix_spawn(&pid, "/bin/busybox", nil, nil, &arguments, nil) == 0)
        return pid
    }

    private static func enter(_ process: pid_t, _ name: String) throws {
        let file = try #require(fopen("\(path(of: name))/cgroup.procs", "w"))
        defer { fclose(file) }
        try #require(fputs("\(process)", file) >= 0)
    }

    private static func signal(of process: pid_t) -> Int32 {
        var status: Int32 = 0
        waitpid(process, &status, 0)
        return status & 0x7f
    }

    @Test
    func killsWhatIsInIt() throws {
        let group = BuildGroup()
        try #require(mkdir(Self.path(of: group.name), 0o755) == 0)
        let process = try Self.sleeping(seconds: "1000")
        try Self.enter(process, group.name)
        group.kill()
        #expect(Self.signal(of: process) == SIGKILL)
        group.remove()
        #expect(access(Self.path(of: group.name), F_OK) != 0)
    }

    @Test
    func endsWhatADeadProcessLeft() throws {
        let dead = try Self.sleeping(seconds: "0")
        _ = Self.signal(of: dead)
        let name = "slipway-build-\(dead)-left"
        try #require(mkdir(Self.path(of: name), 0o755) == 0)
        let process = try Self.sleeping(seconds: "1000")
        try Self.enter(process, name)
        _ = BuildGroup()
        #expect(Self.signal(of: process) == SIGKILL)
        // Gone at the latest when the next build looks: until it is waited for, a process keeps its group.
        _ = BuildGroup()
        #expect(access(Self.path(of: name), F_OK) != 0)
    }

    @Test
    func leavesTheBuildsOfTheLivingAlone() throws {
        let other = BuildGroup()
        try #require(mkdir(Self.path(of: other.name), 0o755) == 0)
        let process = try Self.sleeping(seconds: "1000")
        try Self.enter(process, other.name)
        _ = BuildGroup()
        #expect(Glibc.kill(process, 0) == 0)
        #expect(access(Self.path(of: other.name), F_OK) == 0)
        Glibc.kill(process, SIGKILL)
        #expect(Self.signal(of: process) == SIGKILL)
        other.remove()
    }
}
