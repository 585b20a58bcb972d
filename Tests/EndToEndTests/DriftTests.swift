import FoundationEssentials
import Glibc
import HTTPClient
import Model
import TestSupport
import Testing

/// Other people's hands in the engine: what they change is noticed and mended, and what is theirs is left alone.
@Suite struct DriftTests {
    private static let quick = ["slipway.yml": Application.manifest("drain_timeout: 1s", "stop_timeout: 2s")]

    @Test(arguments: EngineFixture.Program.allCases)
    func whatIsPausedOrRenamedServesOn(_ program: EngineFixture.Program) async throws {
        try await Scene.play(on: program) { scene in
            try await scene.live(try scene.push(page: "here", files: Self.quick), in: "staging")
            try scene.checkOut("greeting", isNew: true)
            try await scene.live(try scene.push(page: "hello", to: "greeting"), in: "greeting")

            // Renamed: it is still ours, by its labels, and not touched.
            let renamed = try await scene.onlyContainer(of: "greeting")
            let runs = try scene.runs().filter { $0.Id == renamed.Id }
            try scene.engine.ask(
                "POST", "/v1.40/containers/\(renamed.Id)/rename?name=\(scene.engine.uniqueName("other"))")
            // Paused: it answers nobody until it is mended.
            let paused = try await scene.onlyContainer(of: "staging")
            try scene.engine.ask("POST", "/v1.40/containers/\(paused.Id)/pause")
            try await scene.eventually("the paused one serves again", within: .seconds(45)) {
                scene.page(of: "staging") == "here\n"
            }
            try await scene.eventually("both are told of", within: .seconds(45)) {
                scene.events("environment.drift").count >= 2
            }
            #expect(scene.events("environment.drift").contains { $0.message.contains("was renamed to other-") })
            #expect(scene.page(of: "greeting") == "hello\n")
            #expect(try scene.runs().isSuperset(of: runs))
            try await scene.eventually("all is well") {
                ["staging", "greeting"].allSatisfy { scene.environment($0)?.health == .healthy }
            }
        }
    }

    /// While the daemon is away, somebody takes a container's name, and its port too: nothing of ours goes there again.
    @Test(arguments: EngineFixture.Program.allCases)
    func aStrangersContainerIsNeitherTouchedNorRoutedTo(_ program: EngineFixture.Program) async throws {
        try await Scene.play(on: program) { scene in
            try await scene.live(try scene.push(page: "ours", files: Self.quick), in: "staging")
            let ours = try await scene.onlyContainer(of: "staging")
            let port = try #require(ours.Labels[Label.port])
            scene.daemon.kill()
            scene.remove(ours.Id)
            let image = try scene.engine.image(running: EngineFixture.webScript(saying: "stranger"))
            let name = try #require(ours.Names.first).replacing("/", with: "")
            let stranger = try scene.run(image, named: name, labels: [:], port: port)
            defer { scene.remove(stranger) }
            try await scene.eventually("the stranger is there") { scene.page(of: "staging") == "stranger\n" }

            try await scene.start()
            try await scene.eventually("ours serves again") { scene.page(of: "staging") == "ours\n" }
            let again = try await scene.onlyContainer(of: "staging")
            #expect(again.Labels[Label.port] != port)
            #expect(again.Names.first?.replacing("/", with: "") != name)
            #expect(scene.daemon.lines(saying: "something else listens on port \(port)") == 1)
            let detail = try scene.engine.ask("GET", "/v1.40/containers/\(stranger)/json")
            #expect(detail.isSuccess, "the stranger's is left alone")
            #expect(String(decoding: detail.body, as: UTF8.self).contains(#""Running":true"#))
            #expect(!scene.events("environment.drift").isEmpty)
        }
    }

    @Test(arguments: EngineFixture.Program.allCases)
    func anotherImageUnderOurNameIsReplaced(_ program: EngineFixture.Program) async throws {
        try await Scene.play(on: program) { scene in
            try await scene.live(try scene.push(page: "right", files: Self.quick), in: "staging")
            let right = try await scene.onlyContainer(of: "staging")
            let port = try #require(right.Labels[Label.port])
            let image = try scene.engine.image(running: EngineFixture.webScript(saying: "wrong"))
            scene.daemon.kill()
            scene.remove(right.Id)
            // With every label of ours: a deployment by hand, perhaps.
            let name = try #require(right.Names.first).replacing("/", with: "")
            let wrong = try scene.run(image, named: name, labels: right.Labels, port: port)
            try await scene.start()
            try await scene.eventually("the right one serves") { scene.page(of: "staging") == "right\n" }
            try await scene.eventually("the wrong one is gone") {
                try scene.engine.ask("GET", "/v1.40/containers/\(wrong)/json").status == 404
            }
            _ = try await scene.onlyContainer(of: "staging")
        }
    }

    /// After a boot on which nothing was started by the engine: production first, then staging, previews last.
    @Test(arguments: EngineFixture.Program.allCases)
    func aBootBringsProductionBackFirst(_ program: EngineFixture.Program) async throws {
        try await Scene.play(on: program) { scene in
            let commit = try scene.push(page: "one", files: Self.quick)
            try await scene.live(commit, in: "staging")
            try scene.tag("v1.0.0")
            try await scene.live(commit, in: "production")
            for branch in ["older", "newer"] {
                try scene.checkOut(branch, isNew: true)
                try await scene.live(try scene.push(page: branch, to: branch), in: branch)
            }
            scene.daemon.kill()
            for container in scene.containers() {
                try scene.engine.ask("POST", "/v1.40/containers/\(container.Id)/stop?t=2")
            }
            let before = try scene.runs()
            try await scene.start()
            let order = ["production", "staging", "newer", "older"]
            for name in order {
                try await scene.eventually("\(name) is back") { scene.page(of: name) != nil }
            }
            let started = try order.map { name in
                let id = scene.containers(of: name).first?.Id
                return try #require(try scene.runs().first { $0.Id == id }?.State.StartedAt)
            }
            // Previews come back two at a time: which of two is first is chance.
            let inTurn = Array(started.prefix(2)) + [started.dropFirst(2).min() ?? ""]
            #expect(inTurn == inTurn.sorted(), "\(zip(order, started).map { "\($0) \($1)" })")
            #expect(Set(try scene.runs().map(\.Id)) == Set(before.map(\.Id)), "they are the very same containers")
        }
    }
}

extension Scene {
    /// The events of a kind, oldest first.
    func events(_ kind: String) -> [DaemonEvent] {
        (get([DaemonEvent].self, "/events?limit=500") ?? []).filter { $0.kind == kind }
    }

    /// Makes and starts a container as somebody at the keyboard would; returns its id.
    func run(_ image: String, named name: String, labels: [String: String], port: String) throws -> String {
        struct Creation: Encodable {
            struct Host: Encodable {
                let NetworkMode: String
                let PortBindings: [String: [[String: String]]]
            }
            let Image: String
            let Labels: [String: String]
            let ExposedPorts: [String: [String: String]]
            let HostConfig: Host
        }
        struct Created: Decodable { let Id: String }
        let body = try JSONEncoder().encode(
            Creation(
                Image: image, Labels: labels, ExposedPorts: ["8080/tcp": [:]],
                HostConfig: .init(
                    NetworkMode: networks().first ?? "bridge",
                    PortBindings: ["8080/tcp": [["HostIp": "127.0.0.1", "HostPort": port]]])))
        let answer = try engine.ask("POST", "/v1.40/containers/create?name=\(name)", body: Array(body))
        let id = try JSONDecoder().decode(Created.self, from: Data(answer.body)).Id
        let started = try engine.ask("POST", "/v1.40/containers/\(id)/start")
        #expect(started.isSuccess, "\(String(decoding: started.body, as: UTF8.self))")
        return id
    }

    /// Puts an empty file into a running container.
    func put(_ name: String, into directory: String, of container: String) throws {
        let answer = try engine.ask(
            "PUT", "/v1.40/containers/\(container)/archive?path=\(directory)",
            body: TinyTar.bytes(of: [.init(name, "x")]),
            type: "application/x-tar")
        #expect(answer.isSuccess, "\(String(decoding: answer.body, as: UTF8.self))")
    }
}
