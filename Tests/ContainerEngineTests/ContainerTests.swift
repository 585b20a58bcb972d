import ContainerEngine
import FoundationEssentials
import HTTPClient
import Model
import TestSupport
import Testing

@Suite(.serialized, .timeLimit(.minutes(2)))
struct ContainerTests {
    @Test(arguments: EngineFixture.Program.allCases)
    func livesFromCreationToRemoval(_ program: EngineFixture.Program) async throws {
        let bench = try await Bench(program)
        let spec = try await bench.spec()
        let id = try await bench.engine.create(spec)
        let created = try #require(try await bench.engine.containers(labels: bench.labels).first)
        #expect(created.id == id)
        #expect(created.name == spec.name)
        #expect(created.imageID == spec.image)
        #expect(created.state == .created)
        #expect(created.labels["io.slipway.instance"] == bench.labels["io.slipway.instance"])

        try await bench.engine.start(id)
        try await bench.engine.start(id)
        let running = try #require(try await bench.engine.inspect(container: spec.name))
        #expect(running.container.id == id)
        #expect(running.container.name == spec.name)
        #expect(running.container.imageID == spec.image)
        #expect(running.container.state == .running)
        #expect(running.exitCode == nil)
        #expect(running.startedAt != nil)
        #expect(running.finishedAt == nil)
        #expect(running.addresses.count == 1)

        try await bench.engine.stop(id, timeout: .seconds(5))
        try await bench.engine.stop(id, timeout: .seconds(5))
        let stopped = try #require(try await bench.engine.inspect(container: id))
        #expect(stopped.container.state == .exited)
        #expect(stopped.exitCode == 0)
        #expect(stopped.finishedAt != nil)
        #expect(stopped.addresses.isEmpty)

        try await bench.engine.remove(id, force: false)
        try await bench.engine.remove(id, force: false)
        #expect(try await bench.engine.inspect(container: id) == nil)
        #expect(try await bench.engine.containers(labels: bench.labels).isEmpty)
    }

    @Test(arguments: EngineFixture.Program.allCases)
    func refusesANameThatIsTaken(_ program: EngineFixture.Program) async throws {
        let bench = try await Bench(program)
        let spec = try await bench.spec()
        _ = try await bench.engine.create(spec)
        let error = await #expect(throws: EngineError.self) { try await bench.engine.create(spec) }
        #expect(error?.isConflict == true, "\(String(describing: error))")
    }

    @Test(arguments: EngineFixture.Program.allCases)
    func saysNotFoundWhenTheImageIsGone(_ program: EngineFixture.Program) async throws {
        let bench = try await Bench(program)
        let nowhere = try #require(ImageID(String(repeating: "0", count: 64)))
        let spec = try await bench.spec { $0.image = nowhere }
        let error = await #expect(throws: EngineError.self) { try await bench.engine.create(spec) }
        #expect(error?.isNotFound == true, "\(String(describing: error))")
    }

    @Test(arguments: EngineFixture.Program.allCases)
    func doesNothingToWhatIsGone(_ program: EngineFixture.Program) async throws {
        let bench = try await Bench(program)
        try await bench.engine.stop("nobody", timeout: .zero)
        try await bench.engine.kill("nobody")
        try await bench.engine.remove("nobody", force: true)
        let error = await #expect(throws: EngineError.self) { try await bench.engine.start("nobody") }
        #expect(error?.isNotFound == true)
        #expect(try await bench.engine.inspect(container: "nobody") == nil)
    }

    @Test(arguments: EngineFixture.Program.allCases)
    func killsAndRestarts(_ program: EngineFixture.Program) async throws {
        let bench = try await Bench(program)
        let id = try await bench.run()
        let first = try #require(try await bench.engine.inspect(container: id)?.startedAt)
        try await bench.engine.restart(id, timeout: .seconds(5))
        let second = try await bench.detail(of: id) { $0.container.state == .running }
        #expect(try #require(second.startedAt) > first)
        try await bench.engine.kill(id)
        #expect(try await bench.end(of: id).exitCode == 137)
        try await bench.engine.kill(id)
    }

    @Test(arguments: EngineFixture.Program.allCases)
    func killsWhatDoesNotStopInTime(_ program: EngineFixture.Program) async throws {
        let bench = try await Bench(program)
        let id = try await bench.run("trap '' TERM; while :; do busybox sleep 1000; done")
        try await bench.engine.stop(id, timeout: .seconds(1))
        #expect(try await bench.end(of: id).exitCode == 137)
    }

    @Test(arguments: EngineFixture.Program.allCases)
    func handsInCommandAndEnvironment(_ program: EngineFixture.Program) async throws {
        let bench = try await Bench(program)
        let id = try await bench.run {
            $0.command = ["/bin/sh", "-c", "echo \"$GREETING|$PORT\"; exit 3"]
            $0.environment = ["GREETING": "a \"b\" = c\n'd'", "PORT": "8080"]
        }
        #expect(try await bench.end(of: id).exitCode == 3)
        #expect(try await bench.output(of: id) == "a \"b\" = c\n'd'|8080\n")
    }

    @Test(arguments: EngineFixture.Program.allCases)
    func publishesOnTheLoopbackAddressOnly(_ program: EngineFixture.Program) async throws {
        let bench = try await Bench(program)
        let port = try #require(Loopback.freePort())
        let id = try await bench.run(EngineFixture.webScript(saying: "hello")) {
            $0.publish = .init(hostPort: port, containerPort: 8080)
        }
        let expected = [PublishedPort(address: "127.0.0.1", hostPort: port, containerPort: 8080)]
        let detail = try #require(try await bench.engine.inspect(container: id))
        #expect(detail.container.ports == expected)
        #expect(try await bench.engine.containers(labels: bench.labels).first?.ports == expected)
        #expect(try await Loopback.body(port: port) == "hello\n")
        try await bench.engine.remove(id, force: true)
    }

    @Test(arguments: EngineFixture.Program.allCases)
    func refusesAPortThatIsTaken(_ program: EngineFixture.Program) async throws {
        let bench = try await Bench(program)
        let port = try #require(Loopback.freePort())
        let publish = ContainerSpec.Publication(hostPort: port, containerPort: 8080)
        let first = try await bench.run { $0.publish = publish }
        let second = try await bench.engine.create(bench.spec { $0.publish = publish })
        let error = await #expect(throws: EngineError.self) { try await bench.engine.start(second) }
        #expect(error?.isPortTaken == true, "\(String(describing: error))")
        try await bench.engine.remove(first, force: true)
        try await bench.engine.remove(second, force: true)
    }

    @Test(arguments: EngineFixture.Program.allCases)
    func isFoundUnderItsAlias(_ program: EngineFixture.Program) async throws {
        let bench = try await Bench(program)
        let network = try await bench.network()
        _ = try await bench.run(in: network) { $0.networkAliases = ["api"] }
        let id = try await bench.run(
            // Podman's name server learns of a container a moment after it has started.
            "for i in 1 2 3 4 5; do busybox nslookup -type=a api && exit 0; busybox sleep 1; done; exit 1", in: network)
        let output = try await bench.output(of: id)
        #expect(try await bench.end(of: id).exitCode == 0, "\(output)")
    }

    @Test(arguments: EngineFixture.Program.allCases)
    func limitsMemoryProcessorsAndProcesses(_ program: EngineFixture.Program) async throws {
        let bench = try await Bench(program)
        let spec = try await bench.spec {
            $0.cpuMillis = 500
            $0.memoryBytes = 64 << 20
            $0.pidsLimit = 99
            $0.logLimitBytes = 1 << 20
            $0.stopTimeout = .seconds(7)
            $0.restartPolicy = .keepRunning
        }
        let id = try await bench.engine.create(spec)
        let answer = try bench.fixture.ask("GET", "/containers/\(id)/json")
        let made = try JSONDecoder().decode(MadeContainer.self, from: Data(answer.body))
        #expect(made.HostConfig.NanoCpus == 500_000_000)
        #expect(made.HostConfig.Memory == 64 << 20)
        #expect(made.HostConfig.MemorySwap == 64 << 20)
        #expect(made.HostConfig.PidsLimit == 99)
        #expect(made.HostConfig.RestartPolicy.Name == (program == .podman ? "always" : "unless-stopped"))
        #expect(made.HostConfig.LogConfig.`Type` == "json-file")
        #expect(
            made.HostConfig.LogConfig.Config == (program == .podman ? nil : ["max-file": "2", "max-size": "524288"]))
        #expect(made.Config.StopTimeout == 7)
    }

    @Test(arguments: EngineFixture.Program.allCases)
    func isKilledWhenItTakesMoreMemoryThanItMay(_ program: EngineFixture.Program) async throws {
        let bench = try await Bench(program)
        let id = try await bench.run("exec busybox tail /dev/zero") { $0.memoryBytes = 16 << 20 }
        // Whether the engine also says why depends on the kernel's control groups.
        #expect(try await bench.end(of: id).exitCode == 137)
    }

    @Test(arguments: EngineFixture.Program.allCases)
    func isRemovedAtOnceHoweverSlowlyItStops(_ program: EngineFixture.Program) async throws {
        let bench = try await Bench(program)
        // Longer than a call may take.
        let id = try await bench.run("trap '' TERM; while :; do busybox sleep 1000; done") {
            $0.stopTimeout = .seconds(300)
        }
        try await bench.engine.remove(id, force: true)
        #expect(try await bench.engine.inspect(container: id) == nil)
    }

    @Test(arguments: EngineFixture.Program.allCases)
    func listsOnlyWhatHasAllLabels(_ program: EngineFixture.Program) async throws {
        let bench = try await Bench(program)
        let first = try await bench.engine.create(bench.spec { $0.labels["x"] = "a=b, c" })
        _ = try await bench.engine.create(bench.spec { $0.labels["x"] = "other" })
        func ids(_ more: [String: String]) async throws -> [String] {
            try await bench.engine.containers(labels: bench.labels.merging(more) { $1 }).map(\.id)
        }
        #expect(try await ids(["x": "a=b, c"]) == [first])
        #expect(try await ids(["x": ""]).count == 2)
        #expect(try await ids(["y": ""]).isEmpty)
        #expect(try await bench.engine.containers(labels: bench.labels, all: false).isEmpty)
    }

    @Test(arguments: EngineFixture.Program.allCases)
    func isStartedAgainByTheEngine(_ program: EngineFixture.Program) async throws {
        let bench = try await Bench(program)
        let id = try await bench.run("busybox sleep 0.1; exit 1") { $0.restartPolicy = .keepRunning }
        let detail = try await bench.detail(of: id) { $0.restartCount >= 1 }
        #expect(detail.restartCount >= 1)
        try await bench.engine.remove(id, force: true)
    }
}

private struct MadeContainer: Decodable {
    struct Host: Decodable {
        struct Named: Decodable { let Name: String }
        struct Typed: Decodable {
            let `Type`: String
            let Config: [String: String]?
        }
        let NanoCpus: Int64
        let Memory: Int64
        let MemorySwap: Int64
        let PidsLimit: Int64
        let RestartPolicy: Named
        let LogConfig: Typed
    }
    struct Configuration: Decodable { let StopTimeout: Int? }
    let HostConfig: Host
    let Config: Configuration
}
