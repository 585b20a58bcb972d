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
        let before = removals.all
        removals.lost("three")
        // A listing that began before the third was lost, and has none of them, says nothing of it.
        removals.forget(before)
        #expect(!removals.contains("two") && removals.contains("three"))
    }
}
