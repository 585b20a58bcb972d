import FoundationEssentials
import Glibc
import HTTPClient
import Model
import Subprocess
import TestSupport
import Testing

/// Two daemons on one state directory: the second is refused, and where locks fail the first one gives way.
@Suite struct TakeoverTests {
    /// flock(2) as a file system without locks has it: everybody gets every lock.
    private static let withoutLocks = [
        "/usr/bin/strace", "-D", "-f", "-qq", "-o", "/dev/null", "--seccomp-bpf", "-e", "trace=flock", "-e",
        "inject=flock:retval=0",
    ]

    @Test func aFrozenDaemonThatWasReplacedChangesNothingMore() async throws {
        try await Scene.play(on: .podman) { scene in
            let mark = "mark-\(Int.random(in: 100_000..<1_000_000))"
            let slow = Application.dockerfile(#"RUN ["/bin/sh", "-c", ": \#(mark); sleep 2; true"]"#)
            let commit = try scene.push(page: "late", files: ["Dockerfile": slow])
            try await scene.eventually("it builds") { !Processes.running(with: mark).isEmpty }
            scene.daemon.freeze()

            // A second daemon on the same records, which has nothing to deploy.
            let successor = try Successor(of: scene)
            try successor.start(under: Self.withoutLocks)
            try await scene.eventually("the second daemon is ready") { successor.lines(saying: "ready:") == 1 }
            try await scene.eventually("the build is over without its daemon") {
                Processes.running(with: mark).isEmpty
            }
            scene.daemon.thaw()
            try await scene.eventually("the first daemon ends", within: .seconds(15)) { !scene.daemon.isRunning }
            #expect(scene.daemon.lines(saying: "another daemon has taken over the records") == 1)
            #expect(scene.containers().isEmpty, "it went on deploying \(commit.short)")
            #expect(scene.networks().isEmpty)

            successor.stop()
            try await scene.start()
            try await scene.live(commit, in: "staging")
            _ = try await scene.onlyContainer(of: "staging")
        }
    }

    @Test func itsExitCodeSaysThatAnotherHasTheRecords() async throws {
        try await Scene.play(on: .podman, starts: false) { scene in
            // In the foreground, so that its exit code is seen; the successor is started when it is ready.
            let first = scene.daemon.servingToTheEnd()
            try await scene.eventually("it is ready") { scene.ask("GET", "/readyz")?.isSuccess == true }
            let successor = try Successor(of: scene)
            try successor.start(under: Self.withoutLocks)
            try await scene.eventually("the first daemon ends") { first.result != nil }
            let ending = try #require(first.result).get()
            #expect(ending.status == 75)
            #expect(ending.errorOutput.contains("another daemon has taken over the records"))
            successor.stop()
        }
    }

    @Test func aSecondDaemonIsRefusedWhateverNameItComesBy() async throws {
        try await Scene.play(on: .podman) { scene in
            let holder = "held by process \(scene.daemon.pid)"
            for way in Way.allCases {
                let successor = try Successor(of: scene, state: try way.state(beside: scene))
                let start = ContinuousClock.now
                let ending = try successor.serveToTheEnd()
                print("\(way): refused after \(ContinuousClock.now - start)")
                #expect(ending.status == 75, "\(way): \(ending.errorOutput)")
                #expect(ending.errorOutput.contains(holder), "\(way): \(ending.errorOutput)")
            }
            #expect(scene.daemon.isRunning)
            #expect(scene.ask("GET", "/readyz")?.isSuccess == true)
        }
    }

    /// The ways to come to the same records.
    private enum Way: CaseIterable {
        case theSameDirectory
        case aSymbolicLink
        case aHardLinkToTheDatabase
        case aLockFileThatWasRemoved

        func state(beside scene: Scene) throws -> String {
            let state = scene.directory.path(of: "state")
            let other = scene.directory.path(of: "other-state")
            switch self {
            case .theSameDirectory: return state
            case .aSymbolicLink:
                #expect(symlink(state, scene.directory.path(of: "link")) == 0)
                return scene.directory.path(of: "link")
            case .aHardLinkToTheDatabase:
                mkdir(other, 0o700)
                #expect(link(state + "/slipway.db", other + "/slipway.db") == 0)
                return other
            case .aLockFileThatWasRemoved:
                #expect(unlink(state + "/lock") == 0)
                return state
            }
        }
    }
}

/// Another daemon of a scene: the same engine, other sockets, and no project of the first one's.
private final class Successor {
    private let daemon: DaemonProcess
    private let directory: TemporaryDirectory

    init(of scene: Scene, state: String? = nil) throws {
        directory = try TemporaryDirectory()
        daemon = DaemonProcess(directory: directory)
        let port = try #require(Loopback.freePort())
        let http = try #require(Loopback.freePort())
        try directory.write(
            """
            state: \(state ?? scene.directory.path(of: "state"))
            listen: 127.0.0.1:\(port)
            socket: \(directory.path)/slipway.sock
            runtime: { socket: \(scene.engine.socketPath) }
            projects: [{ name: other, repository: "file://\(directory.path)/none.git" }]
            router: { http: \(http), caddy: "http://127.0.0.1:\(try #require(Loopback.freePort()))" }

            """, to: "config.yml")
    }

    deinit { daemon.stop() }

    func start(under wrapper: [String]) throws { try daemon.start(under: wrapper) }
    func stop() { daemon.stop() }
    func lines(saying text: String) -> Int { daemon.lines(saying: text) }
    func serveToTheEnd() throws -> DaemonProcess.Ending { try daemon.serveToTheEnd() }
}
