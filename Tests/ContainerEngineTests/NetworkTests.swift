import ContainerEngine
import TestSupport
import Testing

@Suite(.serialized, .timeLimit(.minutes(2)))
struct NetworkTests {
    @Test(arguments: EngineFixture.Program.allCases)
    func hasTheSubnetThatWasAskedFor(_ program: EngineFixture.Program) async throws {
        let bench = try await Bench(program)
        let subnet = bench.fixture.uniqueSubnet()
        let name = bench.fixture.uniqueName("network")
        let id = try await bench.engine.createNetwork(name: name, subnet: subnet, labels: bench.labels)
        let network = EngineNetwork(id: id, name: name, subnets: [subnet], labels: bench.labels)
        #expect(try await bench.engine.networks(labels: bench.labels) == [network])
        try await bench.engine.removeNetwork(id)
        try await bench.engine.removeNetwork(id)
        #expect(try await bench.engine.networks(labels: bench.labels).isEmpty)
    }

    @Test(arguments: EngineFixture.Program.allCases)
    func refusesANameOrASubnetThatIsTaken(_ program: EngineFixture.Program) async throws {
        let bench = try await Bench(program)
        let subnet = bench.fixture.uniqueSubnet()
        let name = bench.fixture.uniqueName("network")
        let id = try await bench.engine.createNetwork(name: name, subnet: subnet, labels: bench.labels)
        let sameName = await #expect(throws: EngineError.self) {
            try await bench.engine.createNetwork(
                name: name, subnet: bench.fixture.uniqueSubnet(), labels: bench.labels)
        }
        #expect(sameName?.isConflict == true, "\(String(describing: sameName))")
        let sameSubnet = await #expect(throws: EngineError.self) {
            try await bench.engine.createNetwork(
                name: bench.fixture.uniqueName("network"), subnet: subnet, labels: bench.labels)
        }
        #expect(sameSubnet?.isSubnetTaken == true, "\(String(describing: sameSubnet))")
        try await bench.engine.removeNetwork(id)
    }

    @Test(arguments: EngineFixture.Program.allCases)
    func keepsANetworkThatIsUsed(_ program: EngineFixture.Program) async throws {
        let bench = try await Bench(program)
        let network = try await bench.network()
        let container = try await bench.run(in: network)
        let error = await #expect(throws: EngineError.self) { try await bench.engine.removeNetwork(network) }
        #expect(error?.isConflict == true, "\(String(describing: error))")
        try await bench.engine.remove(container, force: true)
        try await bench.engine.removeNetwork(network)
    }

    @Test(arguments: EngineFixture.Program.allCases)
    func makesListsAndRemovesVolumes(_ program: EngineFixture.Program) async throws {
        let bench = try await Bench(program)
        let name = bench.fixture.uniqueName("volume")
        try await bench.engine.createVolume(name: name, labels: bench.labels)
        try await bench.engine.createVolume(name: name, labels: bench.labels)
        #expect(
            try await bench.engine.volumes(labels: bench.labels) == [EngineVolume(name: name, labels: bench.labels)])
        try await bench.engine.removeVolume(name)
        try await bench.engine.removeVolume(name)
        #expect(try await bench.engine.volumes(labels: bench.labels).isEmpty)
    }
}
