import FoundationEssentials
import Glibc
import Model
import Subprocess
import TestSupport
import Testing

/// Previews come and go, the daemon is killed amid it, and nothing is left over: no container, network, volume, image,
/// route, row, descriptor or child.
@Suite struct LeakTests {
    @Test func nothingIsLeftOfPreviewsOnAScriptedEngine() async throws {
        // A port rests for a day after its use: there must be one for every cycle.
        let cycles = ChaosSize.previews
        try await Scene.play(on: try ScriptedEngine(.podman), ports: max(200, cycles * 2 + 100)) { scene in
            try await Self.run(cycles, on: scene)
        }
    }

    @Test func nothingIsLeftOfPreviewsOnARealEngine() async throws {
        try await Scene.play(on: .podman) { scene in try await Self.run(ChaosSize.realPreviews, on: scene) }
    }

    private static func run(_ cycles: Int, on scene: Scene) async throws {
        var loop = try await PreviewLoop(scene)
        let start = ContinuousClock.now
        try await loop.run(cycles)
        try await loop.compare()
        print(
            "\(cycles) previews came and went (seed \(ChaosSize.seed)), \(loop.kills) kills, in"
                + " \(ContinuousClock.now - start); before: \(loop.before); after: \(loop.after)")
    }
}

/// What a daemon and its engine have when nothing is to be done.
private struct Belongings: Sendable, CustomStringConvertible {
    var containers = 0
    var networks = 0
    var volumes = 0
    var images = 0
    var routes = 0
    /// Rows by table.
    var rows: [String: Int] = [:]
    var residents = Residents()

    var description: String {
        "\(containers) containers, \(networks) networks, \(volumes) volumes, \(images) images, \(routes) routes, "
            + "\(residents), rows \(rows.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" })"
    }
}

/// One run of previews that come and go.
private struct PreviewLoop {
    private let scene: Scene
    private var chance = SeededChance(seed: ChaosSize.seed)
    private var trees = 0
    private var number = 0
    private(set) var kills = 0
    private(set) var before = Belongings()
    private(set) var after = Belongings()

    /// How many come and go at once: more than five that vanish together are asked about.
    private static let batch = 5
    /// Every so many batches have a tree of their own, and so an image.
    private static let newTreeInterval = 4
    /// Every so many batches the daemon is killed.
    private static let killInterval = 4

    init(_ scene: Scene) async throws {
        self.scene = scene
        let manifest = Application.manifest("drain_timeout: 0s", "health: { path: / }")
        try await scene.live(try scene.push(page: "main", files: ["slipway.yml": manifest]), in: "staging")
        // A batch first: what is made once and kept, such as threads, is no leak.
        try await cycle(count: Self.batch, isKilled: false)
        before = try await belongings()
    }

    /// Has so many previews come and go.
    mutating func run(_ cycles: Int) async throws {
        var left = cycles
        while left > 0 {
            let count = min(Self.batch, left)
            // Whatever chance says, some batches meet a kill: when in the batch is what chance decides.
            try await cycle(count: count, isKilled: number % Self.killInterval == 1)
            left -= count
        }
    }

    private mutating func cycle(count: Int, isKilled: Bool) async throws {
        number += 1
        try scene.git("checkout", "-q", "main")
        if number % Self.newTreeInterval == 0 {
            trees += 1
            try scene.git("checkout", "-q", "--detach")
            try scene.workshop.write("tree \(trees)\n", to: "shop/page")
            try scene.git("commit", "-q", "-am", "tree \(trees)")
        }
        let names = (0..<count).map { "p-\(number)-\($0)" }
        try scene.git(["push", "-q", "origin"] + names.map { "HEAD:refs/heads/\($0)" })
        try await interrupt(isKilled && Bool.random(using: &chance))
        _ = try? scene.announce(.branch(names[0]), try scene.head)
        try await scene.eventually("the previews are live") {
            let live = scene.environments().filter { $0.kind == .preview && $0.commit != nil && $0.health == .healthy }
            return live.count == count
        }
        try scene.git(["push", "-q", "origin"] + names.map { ":refs/heads/\($0)" })
        try await interrupt(isKilled)
        _ = try? scene.announce(.branch(names[0]), nil)
        try await scene.eventually("the previews are gone") { !scene.environments().contains { $0.kind == .preview } }
    }

    /// Kills the daemon at a random moment from now on, and starts it again.
    private mutating func interrupt(_ isKilled: Bool) async throws {
        guard isKilled else { return }
        kills += 1
        usleep(UInt32.random(in: 0..<400_000, using: &chance))
        scene.daemon.kill()
        try await scene.start()
    }

    /// Compares what there is now with what there was.
    mutating func compare() async throws {
        let (before, trees) = (before, trees)
        try await scene.eventually("no container and no network is left over") {
            scene.containers().count == before.containers && scene.networks().count == before.networks
        }
        after = try await belongings()
        #expect(after.containers == before.containers)
        #expect(after.networks == before.networks)
        #expect(after.volumes == before.volumes)
        #expect(after.routes == before.routes)
        #expect(after.images <= before.images + trees, "an image rests for a day, and is in the records until then")
        // The proxy is a child of the daemon that started it, and of no later one.
        #expect(after.residents.children <= before.residents.children)
        // Eight connections to the engine are kept, of three descriptors each; which of them are open is chance.
        #expect(after.residents.descriptors <= before.residents.descriptors + 24)
        #expect(after.residents.threads <= before.residents.threads + 8)
        for table in ["projects", "environments", "refs"] {
            #expect(after.rows[table] == before.rows[table], "rows of \(table)")
        }
        // Every image that rests is in the records, so that it goes when its time has come.
        #expect((after.rows["images"] ?? 0) >= 1 + trees)
    }

    private func belongings() async throws -> Belongings {
        var found = Belongings()
        // Until the last connection and child has gone.
        try await scene.eventually("the daemon rests") {
            guard let residents = Residents.of(scene.daemon.pid) else { return false }
            defer { found.residents = residents }
            return residents.children == found.residents.children
                && residents.descriptors == found.residents.descriptors
        }
        found.containers = scene.containers().count
        found.networks = scene.networks().count
        found.volumes = scene.count(of: "/v1.40/volumes", "Volumes")
        found.images = scene.count(of: "/v1.40/images/json", nil)
        let routes = scene.directory.path(of: "state/caddy/routes")
        found.routes = ((try? FileManager.default.subpathsOfDirectory(atPath: routes)) ?? []).count
        found.rows = try rows()
        return found
    }

    /// How many rows each table has, as the support archive says.
    private func rows() throws -> [String: Int] {
        let archive = scene.directory.path(of: "support-\(UInt64.random(in: 0 ... .max)).tar.gz")
        let ending = try scene.daemon.run(
            "doctor", "--config", scene.directory.path(of: "config.yml"), "--bundle", archive)
        #expect(ending.status == 0, "\(ending.errorOutput)")
        let completed = try Spawn.run(
            Command(
                executable: "/usr/bin/tar", arguments: ["-xzOf", archive, "slipway-support/records.txt"],
                environment: ["PATH": "/usr/bin:/bin"]), outputLimit: 1 << 20, deadline: .now + .seconds(30))
        let text = String(decoding: completed.output, as: UTF8.self)
        #expect(text.contains("\nintegrity: ok\n"), "\(text)")
        var rows: [String: Int] = [:]
        for line in text.split(separator: "\n") where line.hasSuffix(" rows") {
            let words = line.split(separator: " ")
            if let count = Int(words[words.count - 2]) { rows[String(words[0].dropLast())] = count }
        }
        return rows
    }
}
