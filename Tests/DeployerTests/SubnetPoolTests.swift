import Testing

@testable import Deployer

struct SubnetPoolTests {
    private func block(_ text: String) throws -> SubnetBlock { try #require(SubnetBlock(text)) }

    @Test(arguments: ["10.201.0.0", "10.201.0/16", "10.201.0.0/33", "10.201.0.256/24", "a.b.c.d/8", "10.0.0.0/-1"])
    func otherTextIsNoBlock(_ text: String) {
        #expect(SubnetBlock(text) == nil)
    }

    @Test func bitsBehindThePrefixAreCleared() throws {
        #expect(try block("10.201.3.77/24").description == "10.201.3.0/24")
    }

    @Test func takesTheFirstThatOverlapsNothing() throws {
        let pool = SubnetPool(block: try block("10.201.0.0/16"))
        let inUse = try ["10.201.0.0/26", "10.201.0.128/25", "10.88.0.0/16", "0.0.0.0/32"].map(block)
        #expect(pool.take(avoiding: inUse)?.description == "10.201.0.64/26")
        #expect(pool.take(avoiding: inUse)?.description == "10.201.1.0/26")
    }

    @Test func neverGivesTheSameToTwoPassesAtOnce() throws {
        let pool = SubnetPool(block: try block("10.201.0.0/16"))
        let first = try #require(pool.take(avoiding: []))
        #expect(pool.take(avoiding: []) != first)
        pool.giveBack(first)
        #expect(pool.take(avoiding: []) == first)
    }

    @Test func hasRoomForAThousandEnvironments() throws {
        let pool = SubnetPool(block: try block("10.201.0.0/16"))
        var inUse: [SubnetBlock] = []
        while let next = pool.take(avoiding: inUse) {
            pool.giveBack(next)
            inUse.append(next)
        }
        #expect(inUse.count == 1024)
        #expect(Set(inUse).count == 1024)
    }

    @Test func anotherNetworkOverTheWholeBlockLeavesNothing() throws {
        let pool = SubnetPool(block: try block("10.201.0.0/16"))
        #expect(pool.take(avoiding: [try block("10.0.0.0/8")]) == nil)
    }

    @Test func aBlockThatIsSmallIsGivenAsAWhole() throws {
        let pool = SubnetPool(block: try block("192.168.7.0/28"))
        #expect(pool.take(avoiding: [])?.description == "192.168.7.0/28")
        #expect(pool.take(avoiding: []) == nil)
    }

    @Test func theEndOfTheAddressSpaceIsNotPassed() throws {
        let pool = SubnetPool(block: try block("255.255.255.0/24"))
        var inUse: [SubnetBlock] = []
        while let next = pool.take(avoiding: inUse) { inUse.append(next) }
        #expect(inUse.map(\.description).last == "255.255.255.224/27")
    }
}
