import ContainerEngine
import Deployer
import Model
import TestSupport
import Testing

/// What happens around the Deployer while it works: crashes, strangers, and other people's hands.
///
/// One test after the other: side by side they would starve each other on a small machine.
@Suite(.serialized)
struct AccidentTests {
    @Test(arguments: Program.allCases)
    func aCrashBeforeTheSwitchIsRepairedWithoutANewContainer(_ program: Program) async throws {
        try await Stage.with(program) { stage in
            try await stage.converge(stage.wanted(saying: "old", release: "1"))
            let new = try stage.wanted(saying: "new", release: "2")
            // Up to the moment of the switch, and no further: what is there then is what a crash leaves.
            let left = Shared<[ObservedContainer]>([])
            await #expect(throws: StageFailure.self) {
                try await stage.deployer.converge(
                    on: new,
                    reporter: Reporter(isAllowed: false) {
                        let seen = try? await stage.deployer.observe(stage.environment).containers
                        left.value = seen ?? []
                    })
            }
            let ports = left.value.compactMap(\.labels.port)
            #expect(ports.count == 2)
            let name = ContainerNames.container(
                of: stage.environment, service: "web", release: new.release.id, ordinal: 1)
            let made = try await stage.makeByHand(new, named: name)
            let restarted = stage.restarted()
            let result = try await restarted.converge(new)
            #expect(result.changed && result.needsSweep)
            try await restarted.deployer.sweep(new)
            let containers = try await restarted.deployer.observe(stage.environment).containers
            #expect(containers.map(\.id) == [made])
            #expect(try stage.page().text == "new\n")
        }
    }

    @Test(arguments: Program.allCases)
    func aDaemonThatForgotEverythingAdoptsWhatRuns(_ program: Program) async throws {
        try await Stage.with(program) { stage in
            let wanted = try stage.wanted(saying: "one", release: "1")
            try await stage.converge(wanted)
            let before = try await stage.deployer.observe(stage.environment)
            let restarted = stage.restarted()
            #expect(try await restarted.converge(wanted) == Convergence(changed: false, needsSweep: false))
            #expect(try await restarted.deployer.observe(stage.environment) == before)
        }
    }

    @Test(arguments: Program.allCases)
    func aStrangersContainerUnderOurNameIsLeftAlone(_ program: Program) async throws {
        try await Stage.with(program) { stage in
            let wanted = try stage.wanted(saying: "ours", release: "1")
            let name = ContainerNames.container(
                of: stage.environment, service: "web", release: wanted.release.id, ordinal: 1)
            let image = try #require(wanted.release.services.first?.image)
            let stranger = try await stage.engine.create(
                ContainerSpec(name: name, image: image, network: program == .podman ? "podman" : "bridge"))
            try await stage.converge(wanted)
            #expect(try stage.page().text == "ours\n")
            let names = try await stage.deployer.observe(stage.environment).containers.map(\.name)
            #expect(names == [name.dropLast() + "2"])
            try await stage.deployer.remove(stage.environment)
            #expect(try await stage.engine.inspect(container: name)?.container.id == stranger)
            try await stage.engine.remove(stranger, force: true)
        }
    }

    @Test(arguments: Program.allCases)
    func aPortThatSomebodyTookIsReplaced(_ program: Program) async throws {
        try await Stage.with(program) { stage in
            // Caddy listens there, on every address.
            await stage.ports.force(stage.frame.httpPort)
            try await stage.converge(stage.wanted(saying: "one", release: "1"))
            #expect(try stage.page().text == "one\n")
            #expect(await stage.ports.released == [stage.frame.httpPort])
        }
    }

    @Test(arguments: Program.allCases)
    func anImageThatIsGoneIsNamed(_ program: Program) async throws {
        try await Stage.with(program) { stage in
            let wanted = WantedEnvironment.make(
                stage.environment, services: [.make("web", .quick, image: imageID("f"))])
            let failure = await #expect(throws: StageFailure.self) { try await stage.converge(wanted) }
            #expect(failure?.reason == .imageLost)
            #expect(failure?.verdict == .stall)
            #expect(failure?.message == "the image ffffffffffff of service 'web' in \(stage.environment) is gone")
        }
    }

    @Test(arguments: Program.allCases)
    func imagesOfOthersAreNotDiscarded(_ program: Program) async throws {
        try await Stage.with(program) { stage in
            let wanted = try stage.wanted(saying: "not ours", release: "1")
            let image = try #require(wanted.release.services.first?.image)
            #expect(try await stage.deployer.discardImages([image, imageID("f")]) == [imageID("f")])
            #expect(try await stage.engine.inspectImage(image) != nil)
        }
    }

    @Test(arguments: Program.allCases)
    func workersRunWithoutPortOrRoute(_ program: Program) async throws {
        try await Stage.with(program) { stage in
            let health = HealthCheck(interval: .milliseconds(200))
            var wanted = try stage.wanted(
                running: "exec busybox sleep 1000", release: "1", .quick(health: health, port: .worker))
            wanted.hosts = [:]
            try await stage.converge(wanted)
            let container = try #require(try await stage.deployer.observe(stage.environment).containers.first)
            #expect(container.state == .running)
            #expect(container.labels.port == nil)
            var short = try stage.wanted(
                running: "busybox sleep 0.05; exit 4", release: "2", .quick(health: health, port: .worker))
            short.hosts = [:]
            let failure = await #expect(throws: StageFailure.self) { try await stage.converge(short) }
            #expect(failure?.reason == .containerExited)
        }
    }

    @Test(arguments: Program.allCases)
    func servicesOfOneEnvironmentReachEachOtherByName(_ program: Program) async throws {
        try await Stage.with(program) { stage in
            // Podman tells its name server of new names in passing: the first question may come too early.
            let asking = "until busybox wget -q -O /dev/null http://api:8080/index.html; do busybox sleep 0.1; done; "
            let web = try stage.wanted(running: asking + EngineFixture.webScript(saying: "reached"), release: "1")
            let api = try stage.wanted(saying: "api", release: "1")
            let images = (
                try #require(web.release.services.first?.image), try #require(api.release.services.first?.image)
            )
            var dependent = ServiceDefinition.quick
            dependent.dependsOn = ["api"]
            var hidden = ServiceDefinition.quick
            hidden.isPublic = false
            let wanted = WantedEnvironment.make(
                stage.environment,
                services: [.make("api", hidden, image: images.1), .make("web", dependent, image: images.0)],
                hosts: ["web": ["\(stage.environment.project).localhost"]])
            try await stage.converge(wanted)
            #expect(try stage.page().text == "reached\n")
        }
    }

    @Test(arguments: Program.allCases)
    func outputOfSeveralContainersIsToldApart(_ program: Program) async throws {
        try await Stage.with(program) { stage in
            let script = "echo hello; " + EngineFixture.webScript(saying: "x")
            try await stage.converge(stage.wanted(running: script, release: "1", .quick(replicas: 2)))
            let heard = Shared<[UInt8]>([])
            try await stage.deployer.logs(of: stage.environment, service: "web", tail: 10, follow: false) { piece in
                heard.update { $0 += piece }
            }
            let lines = String(decoding: heard.value, as: UTF8.self).split(separator: "\n").sorted()
            #expect(lines == ["web-111111111111-1 | hello", "web-111111111111-2 | hello"])
        }
    }

    @Test(arguments: Program.allCases)
    func tellsOfAContainerThatEnded(_ program: Program) async throws {
        try await Stage.with(program) { stage in
            let wanted = try stage.wanted(saying: "one", release: "1")
            try await stage.converge(wanted)
            let container = try #require(try await stage.deployer.observe(stage.environment).containers.first)
            let (changes, send) = AsyncStream.makeStream(of: EnvironmentID?.self)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    await stage.deployer.watch {
                        send.yield($0)
                    } onGap: {
                        send.yield(nil)
                    }
                }
                var heard = changes.makeAsyncIterator()
                #expect(await heard.next() == .some(nil))
                try await stage.engine.stop(container.id, timeout: .zero)
                #expect(await heard.next() == stage.environment)
                group.cancelAll()
            }
        }
    }
}
