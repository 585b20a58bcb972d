import Dispatch
import Glibc
import Model
import TestSupport
import Testing

/// A daemon that is killed at random moments of continuous pushes: H-13.
///
/// The oracle is the engine's containers and labels, the history, and the refs of the remote. `make chaos` has a hundred
/// kills; `make test` a few.
@Suite struct KillLoopTests {
    @Test func aDaemonThatIsKilledAmidPushesLosesAndDoublesNothing() async throws {
        try await Scene.play(on: .podman) { scene in
            var loop = try await KillLoop(scene)
            let start = ContinuousClock.now
            for number in 1...ChaosSize.kills { try await loop.round(number) }
            let load = loop.endLoad()
            print(
                "killed \(ChaosSize.kills) times (seed \(ChaosSize.seed)): \(loop.pushes) pushes, \(loop.deployments)"
                    + " deployments live, converged each time, at most \(loop.slowest) after a start;"
                    + " \(load.total) requests, \(load.failures.count) failed; at most \(loop.most);"
                    + " \(ContinuousClock.now - start)")
            #expect(load.failures.isEmpty, "\(load.failures.prefix(5))")
            #expect(loop.most.isWithin(.caps), "\(loop.most)")
        }
    }
}

/// One run of kills, with what has been pushed and what must therefore be so.
private struct KillLoop {
    private let scene: Scene
    private var chance = SeededChance(seed: ChaosSize.seed)
    /// The commits of each branch in the order they were pushed.
    private var pushed: [String: [ObjectID]] = [:]
    private var pages: [ObjectID: String] = [:]
    private let load: Load
    private(set) var pushes = 0
    private(set) var deployments = 0
    private(set) var most = Residents()
    private(set) var slowest = Duration.zero

    /// The branches and the environments that follow them.
    private static let environments = ["main": "staging", "one-thing": "one-thing", "another": "another"]

    init(_ scene: Scene) async throws {
        self.scene = scene
        for branch in ["main", "one-thing", "another"] {
            if branch != "main" { try scene.checkOut(branch, isNew: true) }
            // The page is what the application says it serves; it drains for a second, so that kills hit that too.
            let files = ["slipway.yml": Application.manifest("drain_timeout: 1s")]
            let commit = try scene.push(page: "\(branch) 0", to: branch, files: files)
            pushed[branch] = [commit]
            pages[commit] = "\(branch) 0\n"
            try await scene.live(commit, in: Self.environments[branch] ?? branch)
        }
        load = Load(host: "staging--shop.localhost", port: scene.httpPort, pause: .milliseconds(10))
        try await converge(since: .now)
    }

    func endLoad() -> (total: Int, failures: [String]) { load.end() }

    /// Pushes until a kill that comes at a random moment, starts the daemon again, and sees that all is as Git says.
    mutating func round(_ number: Int) async throws {
        let before = try runs()
        let moved = Set(try churn())
        scene.daemon.kill()
        #expect(scene.page(of: "staging") != nil, "applications do not need the daemon")
        if Int.random(in: 0..<3, using: &chance) == 0 { try push(to: "main") }
        if Int.random(in: 0..<4, using: &chance) == 0 {
            // A crash in the middle of recovering from one.
            try scene.daemon.start()
            usleep(UInt32.random(in: 0..<600_000, using: &chance))
            scene.daemon.kill()
        }
        let start = ContinuousClock.now
        try await scene.start()
        try await converge(since: start)
        if let residents = Residents.of(scene.daemon.pid) { most = most.joined(with: residents) }
        let after = try runs()
        for (branch, environment) in Self.environments where !moved.contains(branch) && branch != "main" {
            #expect(
                before[environment] == after[environment], "round \(number): \(environment) was restarted for nothing")
        }
    }

    /// Pushes while the time to the kill runs; the branches that moved.
    private mutating func churn() throws -> [String] {
        var moved: [String] = []
        let isContinuous = Bool.random(using: &chance)
        let end = ContinuousClock.now + .milliseconds(Int.random(in: 0..<1600, using: &chance))
        repeat {
            let branch = ["main", "main", "one-thing", "another"].randomElement(using: &chance) ?? "main"
            try push(to: branch)
            moved.append(branch)
        } while isContinuous && ContinuousClock.now < end
        while ContinuousClock.now < end { usleep(1000) }
        return moved
    }

    private mutating func push(to branch: String) throws {
        pushes += 1
        try scene.git("checkout", "-q", branch)
        let page = "\(branch) \(pushes)"
        let commit = try scene.push(page: page, to: branch, delivers: false)
        pushed[branch, default: []].append(commit)
        pages[commit] = page + "\n"
        // Whether the delivery is heard is the daemon's business; half of them are not even sent.
        if scene.daemon.isRunning, Bool.random(using: &chance) { _ = try? scene.announce(.branch(branch), commit) }
    }

    /// Every container with the moment it was started, by environment.
    private func runs() throws -> [String: Set<Scene.Run>] {
        let owners = Dictionary(
            scene.containers().compactMap { container in
                container.Labels[Label.environment].map { (container.Id, $0) }
            }, uniquingKeysWith: { first, _ in first })
        return Dictionary(grouping: try scene.runs()) { owners[$0.Id] ?? "" }.mapValues { Set($0) }
    }

    // The oracle

    private mutating func converge(since start: ContinuousClock.Instant) async throws {
        for (branch, environment) in Self.environments {
            guard let tip = pushed[branch]?.last else { continue }
            try await scene.live(tip, in: environment)
            try await scene.eventually("\(environment) serves what Git says") {
                scene.page(of: environment) == pages[tip]
            }
        }
        slowest = max(slowest, ContinuousClock.now - start)
        try await scene.eventually("one container and one network for each environment") {
            let commits = scene.containers().map { $0.Labels[Label.commit] ?? "" }
            return commits.sorted() == pushed.values.compactMap(\.last?.hex).sorted()
                && scene.containers().allSatisfy { $0.State == "running" }
                && scene.networks().count == Self.environments.count
        }
        deployments = try Self.environments.reduce(0) { try $0 + history(of: $1.value, following: $1.key) }
    }

    /// Looks at the history of an environment; how many of its deployments became live.
    private func history(of environment: String, following branch: String) throws -> Int {
        let history = scene.history(of: environment)
        #expect(history.allSatisfy { $0.state.isFinal || $0.state == .live }, "\(environment): something is left open")
        let current = history.filter { $0.state == .live }
        #expect(current.map(\.commit) == pushed[branch]?.suffix(1), "\(environment): one is live, and it is the tip")
        let live = history.filter { $0.liveAt != nil }.reversed().map(\.commit)
        #expect(Set(live).count == live.count, "\(environment): a commit was deployed twice")
        let order = live.compactMap { pushed[branch]?.firstIndex(of: $0) }
        #expect(order.count == live.count, "\(environment): something was deployed that was never pushed")
        #expect(order == order.sorted(), "\(environment): an older commit followed a newer one")
        return live.count
    }
}
