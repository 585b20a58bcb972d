import Testing

@testable import Deployer

struct LostRemovalsTests {
    @Test func whoseRemovalNobodyHeardOfMayGoUntilItIsSettled() {
        let removals = LostRemovals()
        removals.lost("one")
        removals.lost("two")
        #expect(removals.contains("one") && removals.contains("two") && !removals.contains("three"))
        removals.settled("one")
        #expect(!removals.contains("one"))
        removals.keep(["two", "three"])
        #expect(removals.contains("two"))
        removals.keep(["three"])
        #expect(!removals.contains("two"))
    }
}
