import ContainerEngine
import Lifecycle
import Model
import TestSupport
import Testing

@testable import Deployer

/// An engine that answers wrongly, once, at every request of a deployment in turn.
@Suite(.timeLimit(.minutes(3)))
struct EngineFaultTests {
    /// What it answers.
    enum Wrong: String, CaseIterable, CustomStringConvertible, Sendable {
        case refused, conflict, dropped, garbage, endless, doneButRefused, doneButLost, doneButCut

        var description: String { rawValue }

        var fault: ScriptedFault {
            switch self {
            case .refused: .refuse(500, "something went wrong")
            case .conflict: .refuse(409, "conflict")
            case .dropped: .drop
            case .garbage: .garbage
            case .endless: .endless
            case .doneButRefused: .lie(500, "something went wrong")
            case .doneButLost: .loseAnswer
            case .doneButCut: .cut(40)
            }
        }
    }

    /// More requests than a deployment of one service asks.
    private static let requestLimit = 40

    @Test(arguments: ScriptedEngine.Manner.allCases, Wrong.allCases)
    func theOldVersionServesAndTheNextAttemptSucceeds(_ manner: ScriptedEngine.Manner, _ wrong: Wrong) async throws {
        var happened = 0
        for number in 0..<Self.requestLimit {
            let engine = try ScriptedEngine(manner)
            let image = try #require(ImageID(engine.addImage(named: "app:1", exposing: [8080])))
            let admin = MemoryAdmin(knowsDelay: true)
            let id = EnvironmentID.make()
            let deployer = Deployer(
                engine: EngineClient(socketPath: engine.socketPath),
                router: Router(
                    client: admin, files: nil, routesDirectory: nil,
                    frame: CaddyFrame(httpPort: 1, daemonAddress: "127.0.0.1:1"), log: .silent),
                instance: "test", subnets: try #require(SubnetBlock(engine.uniqueBlock())), ports: TestPorts(),
                log: .silent)
            func wanted(_ release: Character) -> WantedEnvironment {
                .make(id, services: [.make("web", .quick, image: image)], release: sha(release))
            }
            _ = try await deployer.converge(on: wanted("1"), reporter: Reporter())

            engine.fail("*", after: number, times: 1, with: wrong.fault)
            let failure: StageFailure?
            do throws(StageFailure) {
                _ = try await deployer.converge(on: wanted("2"), reporter: Reporter())
                failure = nil
            } catch {
                failure = error
            }
            let hasHappened = engine.pendingFaults == 0
            engine.mend()
            let what = "\(wrong) at request \(number): \(failure.map { $0.message } ?? "no failure")"
            // Whatever came of it, somebody who runs is routed to.
            let served = await admin.table?.ports ?? []
            let now = try await deployer.observe(id)
            let running = Set(now.containers.filter { $0.state == .running }.compactMap(\.labels.port))
            #expect(served.count == 1 && served.isSubset(of: running), "\(what)")
            if failure != nil { #expect(failure?.verdict != .stall, "\(what)") }

            _ = try await deployer.converge(on: wanted("2"), reporter: Reporter())
            try await deployer.sweep(wanted("2"))
            let after = try await deployer.observe(id)
            #expect(after.containers.map(\.labels.release) == [sha("2")], "\(what)")
            #expect(after.containers.map(\.state) == [.running], "\(what)")
            #expect(
                engine.containers.count == 1 && engine.networks.filter { $0.contains("shop") }.count == 1, "\(what)")
            engine.end()
            guard hasHappened else { break }
            happened += 1
        }
        #expect(happened > 4, "a deployment asks the engine more than that")
    }

    /// A person goes back while what they go back to is being stopped: the pass must not be given what is about to end.
    @Test func aSweepThatIsBrokenOffLeavesNothingThatIsAboutToEndToTheNextPass() async throws {
        let engine = try ScriptedEngine(.podman)
        let image = try #require(ImageID(engine.addImage(named: "app:1", exposing: [8080])))
        let admin = MemoryAdmin(knowsDelay: true)
        let deployer = Deployer(
            engine: EngineClient(socketPath: engine.socketPath),
            router: Router(
                client: admin, files: nil, routesDirectory: nil,
                frame: CaddyFrame(httpPort: 1, daemonAddress: "127.0.0.1:1"), log: .silent),
            instance: "test", subnets: try #require(SubnetBlock(engine.uniqueBlock())), ports: TestPorts(), log: .silent
        )
        func wanted(_ release: Character) -> WantedEnvironment {
            .make(services: [.make("web", .quick, image: image)], release: sha(release))
        }
        _ = try await deployer.converge(on: wanted("1"), reporter: Reporter())
        _ = try await deployer.converge(on: wanted("2"), reporter: Reporter())
        let gate = ScriptedGate()
        engine.fail("POST /containers/*/stop", with: .gate(gate))
        let second = wanted("2")
        let sweep = Task { try await deployer.sweep(second) }
        while gate.arrivals == 0 { try await Task.sleep(for: .milliseconds(1)) }
        sweep.cancel()
        await #expect(throws: StageFailure.cancelled) { try await sweep.value }

        _ = try await deployer.converge(on: wanted("1"), reporter: Reporter())
        gate.open()
        while engine.ledger.counts(of: .containerStopped).isEmpty { try await Task.sleep(for: .milliseconds(1)) }
        let served = await admin.table?.ports ?? []
        let now = try await deployer.observe(second.id)
        let serving = now.containers.filter { $0.labels.port.map { served.contains($0) } ?? false }
        #expect(serving.map(\.labels.release) == [sha("1")])
        #expect(serving.map(\.state) == [.running])
        engine.end()
    }

    /// Podman lists the host's interfaces before it makes a network, and fails when one of them goes meanwhile.
    @Test func aNetworkIsAskedForAgainWhenAnInterfaceWent() async throws {
        let engine = try ScriptedEngine(.podman)
        let client = EngineClient(socketPath: engine.socketPath)
        let words = "route ip+net: no such network interface"
        engine.fail("POST /networks/create", times: 4, with: .refuse(500, words))
        _ = try await client.createNetwork(name: "n", subnet: nil, labels: [:])
        #expect(engine.networks.contains("n"))
        engine.fail("POST /networks/create", times: 5, with: .refuse(500, words))
        let error = await #expect(throws: EngineError.self) {
            try await client.createNetwork(name: "m", subnet: nil, labels: [:])
        }
        #expect(error?.message.contains("no such network interface") == true, "not for ever")
    }

    /// Two daemons that serve a project of the same name on one engine: said once, with whose it is and what to do.
    @Test func aNetworkOfAnotherDaemonIsNamed() async throws {
        let engine = try ScriptedEngine(.podman)
        let client = EngineClient(socketPath: engine.socketPath)
        let image = try #require(ImageID(engine.addImage(named: "app:1", exposing: [8080])))
        let wanted = WantedEnvironment.make(services: [.make("web", .quick, image: image)])
        _ = try await client.createNetwork(
            name: ContainerNames.network(of: wanted.id), subnet: nil, labels: [Label.instance: "0123456789abcdef"])
        let deployer = Deployer(
            engine: client,
            router: Router(
                client: MemoryAdmin(), files: nil, routesDirectory: nil,
                frame: CaddyFrame(httpPort: 1, daemonAddress: "127.0.0.1:1"), log: .silent),
            instance: "test", subnets: try #require(SubnetBlock(engine.uniqueBlock())), ports: TestPorts(), log: .silent
        )
        let failure = await #expect(throws: StageFailure.self) {
            try await deployer.converge(on: wanted, reporter: Reporter())
        }
        #expect(failure?.verdict == .stall, "asking again and again changes nothing")
        #expect(failure?.message.contains("another Slipway daemon (instance 0123456789abcdef)") == true)
        #expect(failure?.hint?.contains("give it another name") == true)
        #expect(engine.containers.isEmpty)
    }
}
