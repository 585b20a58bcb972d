import ContainerEngine
import HTTPClient
import Model
import TestSupport
import Testing

/// The scripted engine is only worth something if the same calls behave alike on it and on a real one.
@Suite(.timeLimit(.minutes(2)))
struct ScriptedEngineTests {
    /// An engine that the same calls are made on.
    enum Subject: String, CaseIterable, CustomStringConvertible {
        case scriptedPodman, scriptedDocker, podman
        var description: String { rawValue }
    }

    /// A client, and what keeps its engine alive.
    private struct Desk {
        let client: EngineClient
        let engine: ScriptedEngine?
        let labels: [String: String]
        let subnet: String

        init(_ subject: Subject) async throws {
            switch subject {
            case .podman:
                let fixture = try await EngineFixture.forTest(.podman)
                client = EngineClient(socketPath: fixture.socketPath)
                (engine, subnet) = (nil, fixture.uniqueSubnet())
                labels = ["io.slipway.instance": fixture.uniqueName("instance")]
            case .scriptedPodman, .scriptedDocker:
                let engine = try ScriptedEngine(subject == .scriptedPodman ? .podman : .docker)
                client = EngineClient(socketPath: engine.socketPath)
                (self.engine, subnet) = (engine, "10.99.1.0/24")
                labels = ["io.slipway.instance": "scripted"]
            }
        }

        var name: String { labels["io.slipway.instance"] ?? "" }

        /// Builds an image whose containers serve that page.
        func build(_ page: String, dockerfile: String = Desk.dockerfile) async throws(EngineError) -> ImageID {
            let bytes: [UInt8]
            do {
                bytes = try EngineFixture.context(dockerfile: dockerfile, files: [.init("page", page)])
            } catch {
                throw EngineError(status: 0, message: "\(error)", request: "context")
            }
            let context = Collected<UInt8>()
            context.append(bytes)
            let request = BuildRequest(
                labels: labels, tag: "slipway.local/\(name):conformance", memoryBytes: 256 << 20)
            return try await client.build(request, context: { context.takeAll() }, onOutput: { _ in })
        }

        private static let dockerfile = """
            FROM scratch
            COPY busybox /bin/busybox
            COPY page /www/index.html
            EXPOSE 8080
            CMD ["/bin/busybox", "httpd", "-f", "-p", "8080", "-h", "/www"]

            """
    }

    @Test(arguments: Subject.allCases)
    func servesWhatItBuiltUntilItIsStopped(_ subject: Subject) async throws {
        let desk = try await Desk(subject)
        let image = try await desk.build("hello\n")
        #expect(try await desk.client.images(labels: desk.labels).map(\.id) == [image])
        let detail = try #require(try await desk.client.inspectImage(image))
        #expect(detail.exposedTCPPorts == [8080])
        #expect(detail.labels["io.slipway.instance"] == desk.name)
        let network = try await desk.client.createNetwork(
            name: "\(desk.name)-net", subnet: desk.subnet, labels: desk.labels)
        let port = try #require(Loopback.freePort())
        let spec = ContainerSpec(
            name: "\(desk.name)-web", image: image, labels: desk.labels, network: "\(desk.name)-net",
            publish: .init(hostPort: port, containerPort: 8080), stopTimeout: .seconds(1))
        let id = try await desk.client.create(spec)
        let taken = await #expect(throws: EngineError.self) { try await desk.client.create(spec) }
        #expect(taken?.isConflict == true)
        #expect(try await desk.client.inspect(container: spec.name)?.container.state == .created)
        try await desk.client.start(id)
        try await desk.client.start(id)
        #expect(try await Loopback.body(port: port) == "hello\n")
        let listed = try #require(try await desk.client.containers(labels: desk.labels).first)
        #expect(listed.id == id)
        #expect(listed.name == spec.name)
        #expect(listed.imageID == image)
        #expect(listed.state == .running)
        #expect(listed.ports == [PublishedPort(address: "127.0.0.1", hostPort: port, containerPort: 8080)])

        let inUse = await #expect(throws: EngineError.self) { try await desk.client.removeNetwork(network) }
        #expect(inUse?.isConflict == true)
        let running = await #expect(throws: EngineError.self) { try await desk.client.remove(id, force: false) }
        #expect(running != nil)
        try await desk.client.stop(id, timeout: nil)
        try await desk.client.stop(id, timeout: nil)
        #expect(try await desk.client.inspect(container: id)?.container.state == .exited)
        try await desk.client.kill(id)
        try await desk.client.start(id)
        #expect(try await Loopback.body(port: port) == "hello\n")
        try await desk.client.remove(id, force: true)
        try await desk.client.remove(id, force: true)
        #expect(try await desk.client.inspect(container: id) == nil)
        try await desk.client.removeNetwork(network)
        for tag in detail.tags { try await desk.client.removeImage(tag) }
        try await desk.client.removeImage(image.description)
        #expect(try await desk.client.images(labels: desk.labels).isEmpty)
        guard let engine = desk.engine else { return }
        #expect(
            engine.ledger.effects(on: spec.name).filter { $0 != .containerDied && $0 != .containerKilled } == [
                .containerCreated, .containerStarted, .containerStopped, .containerStarted, .containerRemoved,
            ])
        #expect(engine.ledger.counts(of: .networkCreated) == ["\(desk.name)-net": 1])
    }

    @Test(arguments: Subject.allCases)
    func saysWhatItRefuses(_ subject: Subject) async throws {
        let desk = try await Desk(subject)
        let lost = try #require(ImageID(String(repeating: "0", count: 64)))
        let network = "\(desk.name)-other"
        _ = try await desk.client.createNetwork(name: network, subnet: desk.subnet, labels: desk.labels)
        let noImage = await #expect(throws: EngineError.self) {
            try await desk.client.create(ContainerSpec(name: "\(desk.name)-lost", image: lost, network: network))
        }
        #expect(noImage?.isNotFound == true)
        let noContainer = await #expect(throws: EngineError.self) { try await desk.client.start("nobody") }
        #expect(noContainer?.isNotFound == true)
        let sameName = await #expect(throws: EngineError.self) {
            try await desk.client.createNetwork(name: network, subnet: nil, labels: [:])
        }
        #expect(sameName?.isConflict == true)
        let sameSubnet = await #expect(throws: EngineError.self) {
            try await desk.client.createNetwork(name: network + "2", subnet: desk.subnet, labels: [:])
        }
        #expect(sameSubnet?.isSubnetTaken == true)
        let badBuild = await #expect(throws: EngineError.self) {
            try await desk.build("x", dockerfile: "FROM scratch\nCOPY nothing /\n")
        }
        #expect(badBuild?.status == 200)
        #expect(badBuild?.message.contains("no such file") == true || badBuild?.message.contains("nothing") == true)
        try await desk.client.removeNetwork(network)
    }

    @Test(arguments: Subject.allCases)
    func tellsWhatHappens(_ subject: Subject) async throws {
        let desk = try await Desk(subject)
        let image = try await desk.build("events\n")
        let network = "\(desk.name)-events"
        _ = try await desk.client.createNetwork(name: network, subnet: desk.subnet, labels: desk.labels)
        let port = try #require(Loopback.freePort())
        let events = Collected<EngineEvent>()
        let connected = Collected<Bool>()
        let (client, labels) = (desk.client, desk.labels)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try? await client.events(labels: labels) {
                    connected.append([true])
                } onEvent: {
                    events.append([$0])
                }
            }
            while connected.all.isEmpty { try await Bench.pause() }
            let spec = ContainerSpec(
                name: "\(desk.name)-told", image: image, labels: labels, network: network,
                publish: .init(hostPort: port, containerPort: 8080), stopTimeout: .seconds(1))
            let id = try await client.create(spec)
            try await client.start(id)
            try await client.stop(id, timeout: nil)
            try await client.remove(id, force: true)
            let wanted: Set<EngineEvent.Kind> = [.created, .started, .died, .destroyed]
            while !wanted.isSubset(of: events.all.map(\.kind)) { try await Bench.pause() }
            #expect(events.all.allSatisfy { $0.containerID == id && $0.labels["io.slipway.instance"] == desk.name })
            group.cancelAll()
        }
        try await client.removeNetwork(network)
    }

    // Faults

    @Test func losesAnAnswerAfterTheEffect() async throws {
        let desk = try await Desk(.scriptedPodman)
        let engine = try #require(desk.engine)
        engine.fail("POST /networks/create", with: .loseAnswer)
        let lost = await #expect(throws: EngineError.self) {
            try await desk.client.createNetwork(name: "lost", subnet: nil, labels: desk.labels)
        }
        #expect(lost?.status == 0)
        #expect(lost?.isUnavailable == true)
        #expect(engine.networks == ["lost"])
        #expect(engine.ledger.counts(of: .networkCreated) == ["lost": 1])
        #expect(engine.pendingFaults == 0)
    }

    @Test func isNeverAskedTwiceForWhatMayHaveHadItsEffect() async throws {
        let desk = try await Desk(.scriptedPodman)
        let engine = try #require(desk.engine)
        // Connections that were used: on such a one libcurl by itself would ask again.
        for _ in 0..<3 { _ = try await desk.client.networks(labels: [:]) }
        engine.fail("POST /networks/create", with: .drop)
        let dropped = await #expect(throws: EngineError.self) {
            try await desk.client.createNetwork(name: "dropped", subnet: nil, labels: desk.labels)
        }
        #expect(dropped?.isUnavailable == true)
        #expect(engine.networks.isEmpty)
    }

    /// A fault, and what the client makes of it.
    struct FaultCase: CustomStringConvertible {
        let description: String
        let fault: ScriptedFault
        let isMeant: @Sendable (EngineError) -> Bool
    }

    @Test(arguments: [
        FaultCase(description: "refuse", fault: .refuse(500, "no")) { $0.status == 500 && $0.message == "no" },
        FaultCase(description: "drop", fault: .drop) { $0.isUnavailable },
        FaultCase(description: "garbage", fault: .garbage) { $0.status == 200 },
        FaultCase(description: "endless", fault: .endless) { $0.code == .tooLong },
        FaultCase(description: "lie", fault: .lie(409, "no")) { $0.isConflict },
        FaultCase(description: "cut", fault: .cut(60)) { $0.isUnavailable || $0.status == 200 },
    ])
    func failsAsItIsTold(_ fault: FaultCase) async throws {
        let desk = try await Desk(.scriptedPodman)
        let engine = try #require(desk.engine)
        // Twice: libcurl repeats a request that only reads once where the connection had been used before.
        engine.fail("GET /networks", after: 1, times: 2, with: fault.fault)
        #expect(try await desk.client.networks(labels: [:]).isEmpty)
        let error = await #expect(throws: EngineError.self) { try await desk.client.networks(labels: [:]) }
        #expect(error.map(fault.isMeant) == true, "\(String(describing: error))")
        engine.mend()
        #expect(try await desk.client.networks(labels: [:]).isEmpty)
    }

    @Test func comesBackWithWhatItHad() async throws {
        let desk = try await Desk(.scriptedPodman)
        let engine = try #require(desk.engine)
        _ = try await desk.client.createNetwork(name: "kept", subnet: nil, labels: desk.labels)
        engine.stop()
        let away = await #expect(throws: EngineError.self) { try await desk.client.networks(labels: [:]) }
        #expect(away?.isUnavailable == true)
        try engine.start()
        #expect(try await desk.client.networks(labels: [:]).map(\.name) == ["kept"])
    }

    @Test func holdsRequestsAtAGate() async throws {
        let desk = try await Desk(.scriptedPodman)
        let engine = try #require(desk.engine)
        let gate = ScriptedGate()
        engine.fail("POST /networks/create", with: .gate(gate))
        async let made = desk.client.createNetwork(name: "gated", subnet: nil, labels: [:])
        while gate.arrivals == 0 { try await Bench.pause() }
        #expect(engine.networks.isEmpty)
        gate.open()
        _ = try await made
        #expect(engine.networks == ["gated"])
    }
}
