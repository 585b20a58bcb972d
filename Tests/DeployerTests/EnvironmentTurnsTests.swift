import Model
import Testing

@testable import Deployer

/// Who may use a container, and who may take it away.
struct EnvironmentTurnsTests {
    private let id = EnvironmentID.make()
    private let wanted = WantedEnvironment.make()

    private func observed(_ containers: [ObservedContainer]) -> ObservedEnvironment {
        var environment = ObservedEnvironment(id: id)
        environment.containers = containers
        return environment
    }

    @Test func aSweepRetiresNothingMoreOncePassesHaveBegun() {
        let turns = EnvironmentTurns()
        let turn = turns.turn(of: id)
        #expect(turns.mayRetire("a", of: id, turn: turn))
        turns.begin(id)
        #expect(!turns.mayRetire("b", of: id, turn: turn))
        #expect(turns.mayRetire("b", of: id, turn: turns.turn(of: id)))
    }

    @Test func aPassUsesNothingThatIsBeingRetired() {
        let (turns, container) = (EnvironmentTurns(), ObservedContainer.make(of: wanted))
        #expect(turns.mayRetire(container.id, of: id, turn: turns.turn(of: id)))
        turns.begin(id)
        let leaving = turns.leaving
        #expect(turns.usable(observed([container]), without: leaving).containers.map(\.labels.replica) == [nil])
    }

    /// What was seen of it is old: it is gone, and no longer known to be leaving, when the list arrives.
    @Test func aPassDoesNotUseWhatWasTakenAwayWhileItLooked() {
        let (turns, container) = (EnvironmentTurns(), ObservedContainer.make(of: wanted))
        #expect(turns.mayRetire(container.id, of: id, turn: turns.turn(of: id)))
        turns.begin(id)
        let leaving = turns.leaving
        let found = observed([container])
        turns.retired(container.id)
        #expect(turns.usable(found, without: leaving).containers.map(\.labels.replica) == [nil])
    }

    @Test func whatIsNotLeavingIsUsed() {
        let (turns, container) = (EnvironmentTurns(), ObservedContainer.make(of: wanted))
        #expect(turns.usable(observed([container]), without: []).containers.map(\.labels.replica) == [1])
    }
}
