import FoundationEssentials
import Glibc
import Lifecycle
import Model
import TestSupport
import Testing
import Watcher

@Suite struct GitTransportFetchTests {
    private let workshop: GitWorkshop
    private let bare: String
    private let clone: String
    private let mirror: Mirror
    private let transport: GitTransport

    init() throws {
        workshop = try GitWorkshop()
        bare = try workshop.makeRemote()
        clone = workshop.path(of: "remote")
        mirror = Mirror(path: workshop.path(of: "mirror.git"))
        transport = GitTransport(executable: try Program.path())
    }

    private func source(_ address: RemoteAddress) -> RepositorySource {
        RepositorySource(address: address, credential: .none)
    }
    private var local: RepositorySource { source(.make("file://" + bare)) }

    private func push(_ files: [String: String] = ["file": "content"], to branch: String = "main") throws -> ObjectID {
        try #require(ObjectID(try workshop.push(files, to: branch)))
    }

    /// A megabyte that does not compress.
    private func noise() -> String {
        (0..<60_000).map { _ in String(UInt64.random(in: 0...(.max)), radix: 36) }.joined()
    }

    @Test func makesTheMirrorAndReadsFromIt() async throws {
        let commit = try push(["slipway.yml": "name: shop\n", "a/b": "x"])
        #expect(await !mirror.contains(commit))
        try await transport.fetch([.branch("main")], from: local, into: mirror.path)
        #expect(await mirror.contains(commit))
        #expect(try await mirror.file("slipway.yml", at: commit, byteLimit: 100) == Array("name: shop\n".utf8))
        #expect(try await mirror.file("a/b", at: commit, byteLimit: 100) == Array("x".utf8))
        #expect(try await mirror.file("none", at: commit, byteLimit: 100) == nil)
        let tree = try workshop.git("-C", clone, "rev-parse", "HEAD^{tree}")
        #expect(try await mirror.tree(of: commit).hex == tree)
        let (subject, author) = try await mirror.summary(of: commit)
        #expect(subject == "change" && author == "Ada")
        try workshop.git("-C", mirror.path, "fsck", "--strict")
        #expect(access(mirror.path + ".incoming", F_OK) != 0)
    }

    @Test func seesWhatCameLater() async throws {
        let first = try push()
        try await transport.fetch([.branch("main")], from: local, into: mirror.path)
        #expect(await mirror.contains(first))
        let second = try push(["file": "new"])
        #expect(await !mirror.contains(second))
        try await transport.fetch([.branch("main")], from: local, into: mirror.path)
        #expect(await mirror.contains(second))
        #expect(try await mirror.isAncestor(first, of: second))
        #expect(try await !mirror.isAncestor(second, of: first))
    }

    @Test func bringsOnlyTheRefsThatAreNamed() async throws {
        let commit = try push()
        let other = try push(["other": "x"], to: "other")
        let daemon = try GitDaemonServer(workshop)
        try await transport.fetch([.branch("main")], from: source(daemon.address()), into: mirror.path)
        #expect(await mirror.contains(commit))
        #expect(await !mirror.contains(other))
    }

    @Test func bringsTagsOfTagsAndTheirCommits() async throws {
        let commit = try push()
        try workshop.git("-C", clone, "tag", "-a", "v1", "-m", "one")
        try workshop.git("-C", clone, "tag", "-a", "v2", "v1", "-m", "two")
        try workshop.git("-C", clone, "push", "-q", "origin", "v2")
        let tag = try #require(ObjectID(try workshop.git("-C", clone, "rev-parse", "v2")))
        let daemon = try GitDaemonServer(workshop)
        try await transport.fetch([.tag("v2")], from: source(daemon.address()), into: mirror.path)
        #expect(await mirror.contains(commit))
        let tree = try await mirror.tree(of: commit)
        #expect(try await mirror.tree(of: tag) == tree)
    }

    @Test func survivesNamesThatExcludeOneAnother() async throws {
        let first = try push(to: "a")
        try await transport.fetch([.branch("a")], from: local, into: mirror.path)
        try workshop.git("-C", clone, "push", "-q", "origin", ":refs/heads/a")
        let second = try push(["file": "b"], to: "a/b")
        try await transport.fetch([.branch("a/b")], from: local, into: mirror.path)
        #expect(await mirror.contains(first))
        #expect(await mirror.contains(second))
    }

    @Test func takesABranchThatIsRewrittenDeletedAndMadeAnew() async throws {
        let first = try push(to: "feature")
        try await transport.fetch([.branch("feature")], from: local, into: mirror.path)
        try workshop.git("-C", clone, "checkout", "-q", "--orphan", "rewritten")
        let second = try push(["file": "rewritten"], to: "feature")
        try await transport.fetch([.branch("feature")], from: local, into: mirror.path)
        try workshop.git("-C", clone, "push", "-q", "origin", ":refs/heads/feature")
        // Gone between the listing and the fetch: nothing to bring, and no failure.
        try await transport.fetch([.branch("feature")], from: local, into: mirror.path)
        let third = try push(["file": "again"], to: "feature")
        try await transport.fetch([.branch("feature")], from: local, into: mirror.path)
        for commit in [first, second, third] { #expect(await mirror.contains(commit)) }
    }

    @Test func takesNamesThatAreNoText() async throws {
        let commit = try push()
        let name = RefName(bytes: Array("refs/heads/".utf8) + [0xff, 0x27, 0x22])
        try workshop.write(
            Array("# pack-refs with: \n\(commit) ".utf8) + name.bytes + [0x0a], to: "remote.git/packed-refs")
        let daemon = try GitDaemonServer(workshop)
        try await transport.fetch([name], from: source(daemon.address()), into: mirror.path)
        #expect(await mirror.contains(commit))
    }

    @Test func aSymbolicLinkIsNotReadAsAFile() async throws {
        let target = try workshop.git("-C", clone, "hash-object", "-w", "--stdin", input: "/etc/passwd")
        try workshop.git("-C", clone, "update-index", "--add", "--cacheinfo", "120000,\(target),slipway.yml")
        try workshop.git("-C", clone, "commit", "-q", "-m", "link")
        try workshop.git("-C", clone, "push", "-q", "origin", "HEAD:refs/heads/main")
        let commit = try #require(ObjectID(try workshop.git("-C", clone, "rev-parse", "HEAD")))
        try await transport.fetch([.branch("main")], from: local, into: mirror.path)
        let failure = await #expect(throws: StageFailure.self) {
            try await mirror.file("slipway.yml", at: commit, byteLimit: 100)
        }
        #expect(failure?.reason == .manifestInvalid)
    }

    @Test func aFileOverTheLimitIsNotRead() async throws {
        let commit = try push(["slipway.yml": "12345"])
        try await transport.fetch([.branch("main")], from: local, into: mirror.path)
        #expect(try await mirror.file("slipway.yml", at: commit, byteLimit: 5)?.count == 5)
        await #expect(throws: StageFailure.self) { try await mirror.file("slipway.yml", at: commit, byteLimit: 4) }
    }

    @Test func aCommitThatIsNotThereIsGone() async throws {
        _ = try push()
        try await transport.fetch([.branch("main")], from: local, into: mirror.path)
        let failure = await #expect(throws: StageFailure.self) { try await mirror.tree(of: .make("a")) }
        #expect(failure?.reason == .commitGone)
    }

    @Test func aDamagedMirrorIsMadeAnew() async throws {
        let commit = try push()
        try await transport.fetch([.branch("main")], from: local, into: mirror.path)
        let packs = try #require(try? FileManager.default.contentsOfDirectory(atPath: mirror.path + "/objects/pack"))
        #expect(packs.count == 2)
        for file in packs {
            chmod("\(mirror.path)/objects/pack/\(file)", 0o600)
            try workshop.write("damage", to: "mirror.git/objects/pack/\(file)")
        }
        try await transport.fetch([.branch("main")], from: local, into: mirror.path)
        #expect(await mirror.contains(commit))
        #expect(try await mirror.file("file", at: commit, byteLimit: 100) != nil)
    }

    @Test func afterDiscardingTheNextFetchBeginsAnew() async throws {
        let commit = try push()
        try await transport.fetch([.branch("main")], from: local, into: mirror.path)
        await mirror.discard()
        #expect(access(mirror.path, F_OK) != 0)
        #expect(await !mirror.contains(commit))
        try await transport.fetch([.branch("main")], from: local, into: mirror.path)
        #expect(await mirror.contains(commit))
    }

    @Test(arguments: [true, false])
    func aFetchThatIsCutLeavesNothing(hasMirror: Bool) async throws {
        let first = try push()
        let daemon = try GitDaemonServer(workshop)
        if hasMirror { try await transport.fetch([.branch("main")], from: local, into: mirror.path) }
        let second = try push(["noise": noise()])
        let proxy = try FaultProxy(to: daemon.port, after: 100_000, .cut)
        let address = RemoteAddress.make("git://127.0.0.1:\(proxy.port)/remote.git")
        let failure = await #expect(throws: StageFailure.self) {
            try await transport.fetch([.branch("main")], from: source(address), into: mirror.path)
        }
        #expect(failure?.reason == .remoteBroken)
        try await expectUntouched(hasMirror ? first : nil)
        try await transport.fetch([.branch("main")], from: local, into: mirror.path)
        #expect(await mirror.contains(second))
    }

    @Test(arguments: [true, false])
    func aFetchPastItsDeadlineLeavesNoChildAndNoHalfMirror(hasMirror: Bool) async throws {
        let first = try push()
        let daemon = try GitDaemonServer(workshop)
        if hasMirror { try await transport.fetch([.branch("main")], from: local, into: mirror.path) }
        _ = try push(["noise": noise()])
        let proxy = try FaultProxy(to: daemon.port, after: 100_000, .stall)
        let address = RemoteAddress.make("git://127.0.0.1:\(proxy.port)/remote.git")
        var limits = GitTransport.Limits()
        limits.fetch = .seconds(1)
        let child = try namedChild()
        let hurried = GitTransport(executable: child, limits: limits)
        let failure = await #expect(throws: StageFailure.self) {
            try await hurried.fetch([.branch("main")], from: source(address), into: mirror.path)
        }
        #expect(failure?.reason == .timedOut)
        #expect(processes(of: child) == 0)
        try await expectUntouched(hasMirror ? first : nil)
    }

    @Test func aFetchThatStallsIsGivenUpBeforeItsDeadline() async throws {
        let daemon = try GitDaemonServer(workshop)
        _ = try push(["noise": noise()])
        let proxy = try FaultProxy(to: daemon.port, after: 100_000, .stall)
        let address = RemoteAddress.make("git://127.0.0.1:\(proxy.port)/remote.git")
        var limits = GitTransport.Limits()
        limits.stall = .milliseconds(300)
        let impatient = GitTransport(executable: try Program.path(), limits: limits)
        let failure = await #expect(throws: StageFailure.self) {
            try await impatient.fetch([.branch("main")], from: source(address), into: mirror.path)
        }
        #expect(failure?.reason == .timedOut)
        try await expectUntouched(nil)
    }

    @Test func aFetchThatIsCancelledLeavesNoChildAndNoHalfMirror() async throws {
        let daemon = try GitDaemonServer(workshop)
        _ = try push(["noise": noise()])
        let proxy = try FaultProxy(to: daemon.port, after: 100_000, .stall)
        let address = RemoteAddress.make("git://127.0.0.1:\(proxy.port)/remote.git")
        let child = try namedChild()
        let transport = GitTransport(executable: child)
        let (source, path) = (source(address), mirror.path)
        let fetch = Task { try await transport.fetch([.branch("main")], from: source, into: path) }
        let pool = BlockingPool(name: "slipway.test", width: 1)
        #expect(await pool.run { proxy.waitForFault() })
        #expect(processes(of: child) == 1)
        fetch.cancel()
        await #expect(throws: StageFailure.cancelled) { try await fetch.value }
        #expect(processes(of: child) == 0)
        try await expectUntouched(nil)
    }

    /// F-K7: whoever kills the child, the fetch fails at once, is tried again, and leaves nothing.
    @Test(arguments: [SIGKILL, SIGTERM, SIGSEGV], [true, false])
    func aChildThatIsKilledFailsTheFetchAtOnceAndLeavesNothing(signal: Int32, hasMirror: Bool) async throws {
        let first = try push()
        let daemon = try GitDaemonServer(workshop)
        if hasMirror { try await transport.fetch([.branch("main")], from: local, into: mirror.path) }
        let second = try push(["noise": noise()])
        let proxy = try FaultProxy(to: daemon.port, after: 100_000, .stall)
        let address = RemoteAddress.make("git://127.0.0.1:\(proxy.port)/remote.git")
        let child = try namedChild()
        let transport = GitTransport(executable: child)
        let (source, path) = (source(address), mirror.path)
        let fetch = Task { try await transport.fetch([.branch("main")], from: source, into: path) }
        let pool = BlockingPool(name: "slipway.test", width: 1)
        #expect(await pool.run { proxy.waitForFault() })
        let pid = try #require(pids(of: child).first)
        let start = ContinuousClock.now
        kill(pid, signal)
        let failure = await #expect(throws: StageFailure.self) { try await fetch.value }
        // The fetch's own limits are a minute and more: a second is the machine's, not theirs.
        #expect(ContinuousClock.now - start < .seconds(5))
        #expect(failure?.verdict == .retry(after: nil))
        #expect(kill(pid, 0) != 0 && errno == ESRCH, "a zombie is left")
        try await expectUntouched(hasMirror ? first : nil)
        try await self.transport.fetch([.branch("main")], from: local, into: mirror.path)
        #expect(await mirror.contains(second))
    }

    @Test func aFetchThatSendsTooMuchIsEnded() async throws {
        let daemon = try GitDaemonServer(workshop)
        _ = try push(["noise": noise()])
        var limits = GitTransport.Limits()
        limits.receivedBytes = 100_000
        let strict = GitTransport(executable: try Program.path(), limits: limits)
        let failure = await #expect(throws: StageFailure.self) {
            try await strict.fetch([.branch("main")], from: source(daemon.address()), into: mirror.path)
        }
        #expect(failure?.reason == .remoteBroken)
        #expect(failure?.message.contains("more than the limits allow") == true)
        try await expectUntouched(nil)
    }

    @Test func aMirrorOfManyPacksIsMadeOneOfFew() async throws {
        let first = try push()
        try await transport.fetch([.branch("main")], from: local, into: mirror.path)
        let packs = mirror.path + "/objects/pack/"
        for file in try FileManager.default.contentsOfDirectory(atPath: packs) {
            let suffix = file.suffix(4) == ".idx" ? ".idx" : ".pack"
            for number in 1000..<1050 {
                let name = "pack-" + String(repeating: "\(number)", count: 10) + suffix
                try FileManager.default.copyItem(atPath: packs + file, toPath: packs + name)
            }
        }
        let second = try push(["file": "new"])
        try await transport.fetch([.branch("main")], from: local, into: mirror.path)
        #expect(await mirror.contains(first))
        #expect(await mirror.contains(second))
        #expect(try FileManager.default.contentsOfDirectory(atPath: packs).count == 2)
        try workshop.git("-C", mirror.path, "fsck", "--strict")
    }

    /// The mirror is as it was with this commit, or not there; and nothing lies beside it.
    private func expectUntouched(_ commit: ObjectID?) async throws {
        #expect(access(mirror.path + ".incoming", F_OK) != 0)
        #expect(access(mirror.path + ".old", F_OK) != 0)
        guard let commit else {
            #expect(access(mirror.path, F_OK) != 0)
            return
        }
        #expect(await mirror.contains(commit))
        let garbage = try workshop.git("-C", mirror.path, "count-objects", "-v")
        #expect(garbage.contains("garbage: 0"), "\(garbage)")
        try workshop.git("-C", mirror.path, "fsck", "--strict")
    }

    /// The program by a path that no other test uses.
    private func namedChild() throws -> String {
        let path = workshop.path(of: "child")
        try #require(symlink(try Program.path(), path) == 0)
        return path
    }

    /// How many processes were started by this path.
    private func processes(of path: String) -> Int { pids(of: path).count }

    private func pids(of path: String) -> [pid_t] {
        guard let directory = opendir("/proc") else { return [] }
        defer { closedir(directory) }
        var found: [pid_t] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
                name.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard let file = fopen("/proc/\(name)/cmdline", "r") else { continue }
            defer { fclose(file) }
            var line = [CChar](repeating: 0, count: 4096)
            fread(&line, 1, 4095, file)
            if String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self) == path {
                if let pid = pid_t(name) { found.append(pid) }
            }
        }
        return found
    }
}
