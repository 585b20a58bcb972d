import Glibc
import Model
import Subprocess
import TestSupport
import Testing

@testable import Watcher

/// A Git child that hangs, whatever it waits for, is noticed long before its deadline.
@Suite(.serialized) struct HungChildTests {
    private let workshop: GitWorkshop
    private let scratch: TemporaryDirectory

    init() throws {
        workshop = try GitWorkshop()
        scratch = try TemporaryDirectory()
        try workshop.makeRemote()
        try workshop.push()
    }

    /// The program under a name of its own, so that its processes can be told from others'.
    private func namedChild() throws -> String {
        let path = scratch.path(of: "child-\(UInt32.random(in: 0 ... .max))")
        try #require(symlink(try Program.path(), path) == 0)
        return path
    }

    private func pids(of path: String) -> [pid_t] {
        guard let listing = opendir("/proc") else { return [] }
        defer { closedir(listing) }
        var result: [pid_t] = []
        while let entry = readdir(listing) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard let pid = pid_t(name) else { continue }
            if ProcFile.bytes(at: "/proc/\(name)/cmdline").starts(with: Array(path.utf8)) { result.append(pid) }
        }
        return result
    }

    private func freeze(_ child: String) async throws {
        let limit = ContinuousClock.now + .seconds(120)
        while ContinuousClock.now < limit {
            if let pid = pids(of: child).first {
                kill(pid, SIGSTOP)
                return
            }
            try await Task.sleep(for: .milliseconds(2))
        }
        Issue.record("there was no child")
    }

    @Test(arguments: [true, false])
    func isEndedWithinTenSecondsOfItsLastSignOfLife(isFetch: Bool) async throws {
        let daemon = try GitDaemonServer(workshop)
        // The remote is silent, and would be waited for much longer.
        let proxy = try FaultProxy(to: daemon.port, after: 0, .stall)
        let address = RemoteAddress.make("git://127.0.0.1:\(proxy.port)/remote.git")
        var limits = GitTransport.Limits()
        #expect(limits.silence < .seconds(10))
        limits.listing = .seconds(300)
        let child = try namedChild()
        let transport = GitTransport(executable: child, limits: limits)
        let mirror = scratch.path(of: "mirror.git")
        let work = Task { () -> StageFailure? in
            if isFetch {
                let source = RepositorySource(address: address, credential: .none)
                do throws(StageFailure) {
                    try await transport.fetch([.branch("main")], from: source, into: mirror)
                    return nil
                } catch {
                    return error
                }
            }
            guard case .failure(let failure)? = await transport.list([address], credential: .none).first else {
                return nil
            }
            return failure
        }
        try await freeze(child)
        let start = ContinuousClock.now
        let failure = await work.value
        let passed = ContinuousClock.now - start
        print("a hung child was ended after \(passed)")
        #expect(passed < .seconds(10) + .seconds(5), "with room for a busy machine")
        #expect(failure?.message.contains("hung") == true, "\(failure?.message ?? "it went well")")
        #expect(pids(of: child).isEmpty)
        #expect(access(mirror, F_OK) != 0)
    }

    /// A remote that is slow is none of it: the child lives, and says so.
    @Test func aSlowRemoteIsWaitedFor() async throws {
        let daemon = try GitDaemonServer(workshop)
        let proxy = try FaultProxy(to: daemon.port, after: 0, .stall)
        let address = RemoteAddress.make("git://127.0.0.1:\(proxy.port)/remote.git")
        var limits = GitTransport.Limits()
        limits.silence = .seconds(5)
        limits.listing = .seconds(12)
        let results = await GitTransport(executable: try Program.path(), limits: limits)
            .list([address], credential: .none)
        guard case .failure(let failure)? = results.first else {
            Issue.record("it was listed")
            return
        }
        #expect(failure.reason == .timedOut)
    }
}
