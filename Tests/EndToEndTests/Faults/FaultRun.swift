import FoundationEssentials
import Glibc
import HTTPClient
import Model
import SQLite
import TestSupport
import Testing

/// One daemon that is made to fail again and again at its boundaries, and everything that must be so after each time.
///
/// The daemon is told of no event after a failure: it has to find by itself what is to be done.
final class FaultRun {
    let scene: Scene
    /// What every environment must come to run.
    private(set) var wanted: [String: Goal] = [:]
    private var former: Goal?
    private var pages = 0
    private var tags = 0
    private var acknowledged: [String] = []
    /// Side effects before this were checked.
    private var mark = 0
    /// From a push to the end of all that follows from it, when nothing fails.
    private(set) var undisturbed = Duration.zero
    /// The longest way back to that after a failure, and the boundary.
    private(set) var longest = (time: Duration.zero, point: "")

    struct Goal: Equatable {
        let commit: ObjectID
        let page: String
    }

    /// How much longer than an undisturbed push the way back may take.
    static let allowance = Duration.seconds(5)

    /// Takes a scene whose daemon has not been started.
    init(_ scene: Scene) { self.scene = scene }

    private var orders: String { scene.directory.path(of: "failpoints") }

    /// Starts the daemon and pushes a few times with nothing failing.
    func begin() async throws {
        scene.daemon.environment["SLIPWAY_FAILPOINT"] = "@" + orders
        try await scene.start()
        for _ in 0..<3 {
            let start = ContinuousClock.now
            try push()
            try await converge("an undisturbed push")
            undisturbed = max(undisturbed, .now - start)
        }
        try await tagStaging()
        try await converge("an undisturbed tag")
    }

    // Failing

    /// Has the daemon fail at a boundary, and sees to it that everything comes right.
    func fail(at point: String, hit: Int, _ action: String = "kill") async throws {
        let provocation = Provocation.of(point)
        let nth = provocation.repeatsInOneProcess && !Provocation.isInChild(point) ? hit : 1
        mark = scene.scriptedLedger?.count ?? 0
        try arm("\(point):\(nth):\(action)")
        let isHit = try await provoke(provocation)
        guard isHit else {
            Issue.record("never hit: \(point)\n\(scene.daemon.logTail())")
            return try arm("")
        }
        let dies = action == "kill" && !Provocation.isInChild(point)
        try await comeBack(after: "\(point), hit \(nth), \(action)", dies: dies)
        scene.scripted(or: nil)?.buildStepTime = .zero
        try await settle(provocation)
    }

    /// Has the daemon die at one boundary after the other while it comes back.
    func fail(inTurnAt points: [String]) async throws {
        mark = scene.scriptedLedger?.count ?? 0
        try arm(points.map { "\($0):1:kill" }.joined(separator: "\n"))
        try push()
        var deaths = 0
        while deaths < points.count {
            let left = points.count - deaths
            guard await waits(until: { self.armed.count < left && !self.scene.daemon.isRunning }) else { break }
            deaths += 1
            if deaths < points.count { try scene.daemon.start() }
        }
        #expect(deaths == points.count, "never hit: \(armed)")
        try arm("")
        try await comeBack(after: points.joined(separator: ", then "), dies: true)
    }

    /// Has the daemon die over a new branch, which is deleted before it is back.
    func abandon(at point: String) async throws {
        mark = scene.scriptedLedger?.count ?? 0
        try arm("\(point):1:kill")
        try pushBranch()
        #expect(await waits(until: { !self.scene.daemon.isRunning }), "never hit: \(armed)")
        for name in wanted.keys where name.hasPrefix("try-") {
            wanted[name] = nil
            try scene.git("push", "-q", "origin", "--delete", "refs/heads/\(name)")
        }
        try await comeBack(after: "\(point), kill", dies: true)
    }

    /// Does what leads to the boundary until the order is carried out; false: it never is.
    private func provoke(_ provocation: Provocation) async throws -> Bool {
        for _ in 0..<Self.attempts {
            mark = scene.scriptedLedger?.count ?? 0
            switch provocation {
            case .push: try push()
            case .branch: try pushBranch()
            case .overtake: try await overtake()
            case .tag: try await tagStaging()
            case .hold: try? scene.quietWish("hold", of: "staging", ["reason": "a test"])
            case .rollback: try? scene.quietWish("rollback", of: "staging", ["reason": "a test"])
            case .stop: kill(scene.daemon.pid, SIGTERM)
            case .backup:
                _ = scene.ask(
                    "POST", "/api/v1/backups", body: Array("{}".utf8),
                    headers: [HTTPHeader("Content-Type", "application/json")])
            case .tidy:
                try push(files: ["Dockerfile": Application.dockerfile(#"RUN ["/bin/busybox", "true"]"#)])
                try await converge("a build that leaves the image of a step")
                scene.daemon.stop()
                mark = scene.scriptedLedger?.count ?? 0
                try scene.daemon.start()
            case .start:
                scene.daemon.stop()
                try scene.daemon.start()
            case .amnesia:
                scene.daemon.stop()
                for suffix in ["", "-wal", "-shm"] { unlink(scene.directory.path(of: "state/slipway.db\(suffix)")) }
                acknowledged = []
                try scene.daemon.start()
            }
            let isAboutItsLife = !provocation.repeatsInOneProcess
            _ = await waits(until: { self.armed.isEmpty || !isAboutItsLife && self.hasConverged })
            if armed.isEmpty { return true }
            guard scene.daemon.isRunning else { return false }
            try await settle(provocation)
        }
        return armed.isEmpty
    }

    /// How often something is done that should lead to the boundary.
    private static let attempts = 6

    /// Starts the daemon if it died, and waits until everything is as it should be.
    private func comeBack(after what: String, dies: Bool) async throws {
        // A process that has killed itself is gone a moment after its order is.
        if dies { #expect(await waits(until: { !self.scene.daemon.isRunning }), "\(what): it lives") }
        let start = ContinuousClock.now
        try await scene.eventually("all is as it should be after \(what)") {
            // What its supervisor does.
            if !scene.daemon.isRunning { try scene.daemon.start() }
            return self.hasConverged
        }
        let time = ContinuousClock.now - start
        if time > longest.time { longest = (time, what) }
        // A full disk is given ten seconds before it is tried again.
        let limit = undisturbed + Self.allowance + (what.hasSuffix("enospc") ? .seconds(10) : .zero)
        #expect(time <= limit, "\(what): it took \(time), undisturbed \(undisturbed)")
        nothingHappenedTwice(what, isUndone: !dies && !what.hasSuffix("kill"))
    }

    private func nothingHappenedTwice(_ what: String, isUndone: Bool) {
        guard let ledger = scene.scriptedLedger else { return }
        for effect in [EngineLedger.Effect.networkCreated, .volumeCreated, .imageBuilt] {
            #expect(ledger.repeated(effect, after: mark) == [], "\(what): \(effect) twice")
        }
        // A pass that fails takes its containers back before the next one makes them again.
        guard !isUndone else { return }
        for name in ledger.repeated(.containerCreated, after: mark) {
            let effects = ledger.entries(after: mark).filter { $0.name == name }.map(\.effect)
            // One whose port somebody else took in between is made again before it ever ran.
            let isAboutItsPort = effects.starts(with: [.containerCreated, .containerRemoved])
            #expect(
                isAboutItsPort && effects.count(where: { $0 == .containerStarted }) == 1, "\(what): \(name) \(effects)")
        }
        #expect(ledger.repeated(.containerStarted, after: mark) == [], "\(what): started twice")
    }

    // What people do

    private func push(files: [String: String] = [:]) throws {
        pages += 1
        former = wanted["staging"]
        let commit = try scene.push(
            page: "\(pages)", files: Self.files.merging(files) { $1 }, delivers: false)
        wanted["staging"] = Goal(commit: commit, page: "\(pages)\n")
        try announce(.branch("main"), commit)
    }

    private static let files = [
        "slipway.yml": Application.manifest("drain_timeout: 50ms", "health: { path: / }")
    ]

    private func pushBranch() throws {
        pages += 1
        let name = "try-\(pages)"
        try scene.checkOut(name, isNew: true)
        let commit = try scene.push(page: "\(pages)", to: name, files: Self.files, delivers: false)
        wanted[name] = Goal(commit: commit, page: "\(pages)\n")
        try scene.checkOut("main")
        try announce(.branch(name), commit)
    }

    private func overtake() async throws {
        scene.scripted(or: nil)?.buildStepTime = .milliseconds(700)
        try push()
        let commit = wanted["staging"]?.commit
        _ = await waits(until: {
            let deployment = self.scene.environment("staging")?.deployment
            return deployment?.commit == commit && deployment?.state == .building
        })
        try push()
        // Each step asks anew: the build that overtakes is not kept waiting.
        scene.scripted(or: nil)?.buildStepTime = .zero
    }

    private func tagStaging() async throws {
        try push()
        guard await waits(until: { self.scene.environment("staging")?.commit == self.wanted["staging"]?.commit }) else {
            return
        }
        tags += 1
        let commit = try scene.tag("v1.0.\(tags)", delivers: false)
        wanted["production"] = wanted["staging"]
        try announce(.tag("v1.0.\(tags)"), commit)
    }

    private func announce(_ ref: RefName, _ commit: ObjectID?) throws {
        var (status, id) = try scene.announce(ref, commit)
        // What every Git host does with a delivery that was not taken.
        if status == 503 { (status, id) = try scene.announce(ref, commit) }
        if status == 202 { acknowledged.append(id) }
    }

    /// Takes back what a provocation leaves behind.
    private func settle(_ provocation: Provocation) async throws {
        switch provocation {
        case .hold, .rollback:
            if scene.environment("staging")?.hold != nil { try scene.wish("resume", of: "staging") }
            mark = scene.scriptedLedger?.count ?? 0
            try await scene.eventually("the hold is gone, and its mark") {
                scene.environment("staging")?.hold == nil && (scene.scripted(or: nil)?.volumes ?? []).isEmpty
            }
            try await converge("a hold that was lifted")
        case .branch:
            for name in wanted.keys where name.hasPrefix("try-") {
                wanted[name] = nil
                try scene.deleteBranch(name)
            }
            try await converge("branches that were deleted")
        default: break
        }
    }

    // What must be so

    private func converge(_ what: String) async throws {
        try await scene.eventually("all is as it should be after \(what)") { self.hasConverged }
    }

    /// Whether everything runs that should, is seen through the proxy, and nothing else is there.
    private var hasConverged: Bool {
        // A production that waits for its first tag has nothing that runs.
        let environments = scene.environments().filter { $0.kind != .production || $0.commit != nil }
        guard environments.count == wanted.count, !environments.isEmpty else { return false }
        for environment in environments {
            let name = environment.id.name.rawValue
            guard var goal = wanted[name] else { return false }
            if environment.hold?.kind == .rolledBack, let former { goal = former }
            guard environment.commit == goal.commit, environment.health == .healthy, environment.progress != .deploying,
                scene.page(of: name) == goal.page
            else { return false }
        }
        let containers = scene.containers()
        return containers.count == wanted.count && containers.allSatisfy { $0.State == "running" }
            && scene.networks().count == wanted.count
    }

    /// What the records must say when all is over.
    func end() async throws {
        try arm("")
        scene.daemon.stop()
        let mark = scene.scriptedLedger?.count ?? 0
        try scene.daemon.start()
        try await converge("a last start")
        #expect(scene.scriptedLedger?.entries(after: mark).map(\.description) ?? [] == [], "a start changes nothing")
        let deliveries = try await settledDeliveries()
        for id in acknowledged { #expect(deliveries.contains(id), "an acknowledged delivery is lost: \(id)") }
        scene.daemon.stop()
        let database = try Connection(path: scene.directory.path(of: "state/slipway.db"), access: .readOnly)
        #expect(try database.first("PRAGMA integrity_check") { $0.text(0) } == "ok")
        #expect(try database.first("PRAGMA foreign_key_check") { $0.text(0) } == nil)
        let open = try database.rows("SELECT number, state FROM deployments WHERE is_final = 0 AND state <> 'live'") {
            "\($0.integer(0)) \($0.text(1))"
        }
        #expect(open == [])
        let live = try database.rows(
            "SELECT environment, count(*) FROM deployments WHERE state = 'live' GROUP BY environment"
        ) { ($0.text(0), $0.integer(1)) }
        for (name, count) in live { #expect(count == 1, "\(name) has \(count) live deployments") }
    }

    /// The ids of all deliveries, once something has come of each.
    private func settledDeliveries() async throws -> Set<String> {
        let path = scene.directory.path(of: "state/slipway.db")
        var ids: Set<String> = []
        try await scene.eventually("every delivery is settled") {
            let database = try Connection(path: path, access: .readOnly)
            let rows = try database.rows("SELECT delivery_id, outcome IS NULL FROM deliveries") {
                ($0.text(0), $0.flag(1))
            }
            ids = Set(rows.map(\.0))
            return !rows.contains { $0.1 }
        }
        return ids
    }

    // Orders

    private func arm(_ text: String) throws { try Data(text.utf8).write(to: URL(filePath: orders)) }

    /// The orders that were not carried out.
    private var armed: [Substring] {
        let data = FileManager.default.contents(atPath: orders) ?? Data()
        return String(decoding: data, as: UTF8.self).split(separator: "\n")
    }

    /// Waits until something is so; false when it does not become so in time.
    private func waits(until isSo: () -> Bool) async -> Bool {
        let deadline = ContinuousClock.now + Self.patience
        while ContinuousClock.now < deadline {
            if isSo() { return true }
            try? await Task.sleep(for: .milliseconds(5))
        }
        return false
    }

    /// How long it may take until a boundary is reached.
    private static let patience = Duration.seconds(20)
}

extension Scene {
    /// The engine, where it is scripted; else what is given.
    func scripted(or other: ScriptedEngine?) -> ScriptedEngine? { host as? ScriptedEngine ?? other }

    /// What a scripted engine did.
    var scriptedLedger: EngineLedger? { (host as? ScriptedEngine)?.ledger }

    /// Asks for something that a daemon may not live to answer.
    func quietWish(_ verb: String, of environment: String, _ fields: [String: String]) throws {
        _ = ask(
            "POST", "/api/v1/projects/shop/environments/\(environment)/\(verb)",
            body: Array(try JSONEncoder().encode(fields)),
            headers: [HTTPHeader("Content-Type", "application/json")])
    }
}
