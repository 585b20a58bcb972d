import FoundationEssentials
import Glibc
import Model
import SQLite
import TestSupport
import Testing

/// Deliveries of every host, in order, shuffled, doubled, dropped, late and cut, with the daemon killed amid them: in
/// the end there is what there is without any delivery at all.
@Suite struct DeliveryChaosTests {
    private static let manners = [
        Courier.Manner(description: "in order"),
        Courier.Manner(description: "shuffled", delay: 30, isShuffled: true),
        Courier.Manner(description: "doubled", doubled: 100, delay: 3),
        Courier.Manner(description: "lossy", dropped: 30, doubled: 10, truncated: 20, delay: 5, isShuffled: true),
        Courier.Manner(description: "all lost", dropped: 100),
    ]

    /// In `make test` the worst of them with kills, in `make chaos` every one, without and with kills.
    private static let runs: [(Courier.Manner, isKilled: Bool)] =
        ChaosSize.allDeliveries
        ? manners.flatMap { [($0, false), ($0, true)] }
        : [(manners[0], false), (manners[2], true), (manners[3], true)]

    @Test func theEndIsWhatPollingAloneComesTo() async throws {
        let seed = ChaosSize.seed
        let script = PushScript(seed: seed, steps: 20)
        let expected = try await Self.play(script, nil, isKilled: false)
        #expect(expected["staging"] != nil && expected["production"] != nil)
        for (manner, isKilled) in Self.runs {
            let end = try await Self.play(script, manner, isKilled: isKilled)
            #expect(end == expected, "seed \(seed), \(manner)\(isKilled ? ", killed" : "")")
        }
    }

    /// Plays the pushes and returns what each environment runs in the end, by the subject of its commit.
    private static func play(
        _ script: PushScript, _ manner: Courier.Manner?, isKilled: Bool
    ) async throws -> [String: String] {
        var end: [String: String] = [:]
        try await Scene.play(on: try ScriptedEngine(.podman), polling: "1s", ports: 400) { scene in
            let start = ContinuousClock.now
            var courier = Courier(
                manner ?? Courier.Manner(description: "polling alone", dropped: 100),
                chance: SeededChance(seed: script.seed))
            var fixtures = (try Parcel.own(secret: scene.secret) + Parcel.published(secret: scene.secret))[...]
            let portion = fixtures.count / script.steps.count + 1
            if manner == nil { fixtures = [] }
            let manifest = Application.manifest("drain_timeout: 0s", "health: { path: / }")
            try await scene.live(
                try scene.push(page: "first", files: ["slipway.yml": manifest], delivers: false), in: "staging")
            var chance = SeededChance(seed: script.seed &+ 1)
            var kills = 0
            for (number, step) in script.steps.enumerated() {
                let told = try step.perform(on: scene, number: number)
                courier.take(told, at: number)
                for parcel in fixtures.prefix(portion) { courier.take(parcel, at: number) }
                fixtures = fixtures.dropFirst(portion)
                let isHit = isKilled && Int.random(in: 0..<4, using: &chance) == 0
                if isHit { scene.daemon.kill() }
                try courier.deliver(upTo: number, to: scene)
                if isHit {
                    kills += 1
                    try await scene.start()
                }
            }
            try courier.deliver(upTo: .max, to: scene)
            try await converge(scene, script)
            try scene.tag("v1.0.0", delivers: false)
            try await scene.live(try scene.git("rev-parse", "main").objectID, in: "production")
            for environment in scene.environments() {
                guard let commit = environment.commit else { continue }
                end[environment.id.name.rawValue] = try scene.git("log", "-1", "--format=%s", commit.hex)
            }
            try await settled(scene)
            for environment in scene.environments() where environment.kind != .production {
                try expectOrder(of: environment, in: scene)
            }
            for effect in [EngineLedger.Effect.containerCreated, .networkCreated] {
                #expect(scene.scripted.ledger.repeated(effect) == [], "\(effect)")
            }
            print(
                "\(courier.manner) (seed \(script.seed)): \(courier.sent) deliveries sent, \(courier.accepted) accepted,"
                    + " \(kills) kills, \(end.count) environments, \(ContinuousClock.now - start)")
        }
        return end
    }

    /// Until every branch that is there is live at its tip, and what follows no branch is gone.
    private static func converge(_ scene: Scene, _ script: PushScript) async throws {
        let branches = try scene.git("for-each-ref", "--format=%(refname:short)", "refs/remotes/origin")
            .split(separator: "\n").map { $0.dropFirst("origin/".count) }
        var tips: [String: ObjectID] = [:]
        for branch in branches where branch != "HEAD" {
            tips[branch == "main" ? "staging" : String(branch)] = try scene.git("rev-parse", "origin/\(branch)")
                .objectID
        }
        try await scene.eventually("every environment runs its branch's tip") {
            let environments = scene.environments().filter { $0.commit != nil }
            return environments.count == tips.count
                && environments.allSatisfy {
                    $0.commit == tips[$0.id.name.rawValue] && $0.health == .healthy && $0.progress == .current
                }
        }
        try await scene.eventually("only what runs is left") { scene.containers().count == tips.count }
    }

    /// I-4: no older commit was deployed after a newer one, and none twice.
    private static func expectOrder(of environment: EnvironmentStatus, in scene: Scene) throws {
        let tip = try #require(environment.commit)
        let pushed = try scene.git("rev-list", "--reverse", tip.hex).split(separator: "\n").map(String.init)
        let live = scene.history(of: environment.id.name.rawValue).filter { $0.liveAt != nil }.reversed().map(
            \.commit.hex)
        let order = live.compactMap { pushed.firstIndex(of: $0) }
        #expect(
            order.count == live.count && order == order.sorted() && Set(order).count == order.count, "\(environment.id)"
        )
    }

    /// I-1: what was answered 202 is a row, and something came of each row.
    private static func settled(_ scene: Scene) async throws {
        let database = scene.directory.path(of: "state/slipway.db")
        try await scene.eventually("something came of every delivery") {
            let connection = try Connection(path: database, access: .readWrite)
            // What announces a commit that never comes stays open for five minutes, and sixteen of it at most.
            let open = try connection.first("SELECT count(*) FROM deliveries WHERE outcome IS NULL") { $0.integer(0) }
            let waiting = try connection.first(
                "SELECT count(*) FROM deliveries WHERE outcome IS NULL AND announced IS NOT NULL"
            ) { $0.integer(0) }
            return open == waiting && waiting ?? 17 <= 16
        }
    }
}

extension String {
    fileprivate var objectID: ObjectID {
        get throws { try #require(ObjectID(self)) }
    }
}

/// Pushes that chance has written down.
private struct PushScript {
    enum Step {
        case push(branch: String)
        case delete(branch: String)

        /// Does it at the remote; what its host says of it.
        func perform(on scene: Scene, number: Int) throws -> Parcel {
            let host = ["github", "gitlab", "gitea", "forgejo", "bitbucket", "generic"][number % 6]
            let zeros = String(repeating: "0", count: 40)
            var (ref, after) = ("", zeros)
            switch self {
            case .push(let branch):
                let isThere = (try? scene.git("rev-parse", "-q", "--verify", branch)) != nil
                try scene.git(["checkout", "-q"] + (isThere ? [branch] : ["-b", branch, "main"]))
                try scene.workshop.write("step \(number)\n", to: "shop/page")
                try scene.git("commit", "-q", "-am", "step \(number)")
                try scene.git("push", "-q", "origin", branch)
                (ref, after) = ("refs/heads/\(branch)", try scene.head.hex)
            case .delete(let branch):
                try scene.git("checkout", "-q", "main")
                try scene.git("branch", "-q", "-D", branch)
                try scene.git("push", "-q", "origin", "--delete", branch)
                ref = "refs/heads/\(branch)"
            }
            let body =
                #"{"object_kind":"push","ref":"\#(ref)","before":"\#(zeros)","after":"\#(after)","sha":"\#(after)"}"#
            let event = ["gitlab": "Push Hook", "bitbucket": "repo:push"][host] ?? "push"
            return Parcel(host: host, event: event, id: "step-\(number)", body: Array(body.utf8), secret: scene.secret)
        }
    }

    let seed: UInt64
    private(set) var steps: [Step] = []

    init(seed: UInt64, steps count: Int) {
        self.seed = seed
        var chance = SeededChance(seed: seed)
        var open: [String] = []
        for number in 0..<count {
            switch Int.random(in: 0..<10, using: &chance) {
            case 0..<4: steps.append(.push(branch: "main"))
            case 4..<6 where open.count < 4, 6..<9 where open.isEmpty:
                open.append("branch-\(number)")
                steps.append(.push(branch: "branch-\(number)"))
            case 9 where open.count > 1:
                steps.append(.delete(branch: open.remove(at: Int.random(in: 0..<open.count, using: &chance))))
            default: steps.append(.push(branch: open.randomElement(using: &chance) ?? "main"))
            }
        }
        // Back to main, which the tag is made on.
        steps.append(.push(branch: "main"))
    }
}
