import Testing

@testable import Deployer

struct HostNetworksTests {
    @Test func everyMachineIsInTheLoopbackNetwork() throws {
        let loopback = try #require(SubnetBlock("127.0.0.0/8"))
        #expect(HostNetworks.blocks().contains(loopback))
    }
}
