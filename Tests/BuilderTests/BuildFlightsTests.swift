import Testing

@testable import Builder

@Suite struct BuildFlightsTests {
    typealias Flights = BuildFlights<String, Int>

    @Test func oneBuildServesAllWhoNameItsKey() {
        var flights = Flights(limit: 1)
        #expect(flights.joined(1, "a") == [.begin("a", for: 1)])
        #expect(flights.joined(2, "a") == [])
        #expect(flights.needsEngine("a") == [.admit("a")])
        #expect(flights.joined(3, "a") == [])
        let (callers, actions) = flights.ended("a")
        #expect(callers == [1, 2, 3])
        #expect(actions == [])
        #expect(flights.isEmpty)
    }

    @Test func admitsInTheOrderOfArrivalUpToTheLimit() {
        var flights = Flights(limit: 2)
        for (index, key) in ["a", "b", "c", "d"].enumerated() { _ = flights.joined(index, key) }
        #expect(flights.needsEngine("d") == [.admit("d")])
        #expect(flights.needsEngine("c") == [.admit("c")])
        #expect(flights.needsEngine("b") == [])
        #expect(flights.needsEngine("a") == [])
        #expect(flights.ended("d").actions == [.admit("a")])
        #expect(flights.ended("c").actions == [.admit("b")])
    }

    @Test func aBuildThatNeedsNoEngineTakesNoTurn() {
        var flights = Flights(limit: 1)
        _ = flights.joined(1, "a")
        _ = flights.joined(2, "b")
        #expect(flights.ended("a").callers == [1])
        #expect(flights.needsEngine("b") == [.admit("b")])
    }

    @Test func onlyTheLastWhoLeavesCancels() {
        var flights = Flights(limit: 1)
        _ = flights.joined(1, "a")
        _ = flights.joined(2, "a")
        #expect(flights.left(1) == [])
        #expect(flights.left(2) == [.cancel("a")])
        #expect(flights.left(2) == [])
        #expect(flights.ended("a").callers == [])
        #expect(flights.isEmpty)
    }

    @Test func aCancelledBuildKeepsItsTurnUntilItHasEnded() {
        var flights = Flights(limit: 1)
        _ = flights.joined(1, "a")
        _ = flights.needsEngine("a")
        _ = flights.joined(2, "b")
        _ = flights.left(1)
        #expect(flights.needsEngine("b") == [])
        #expect(flights.ended("a").actions == [.admit("b")])
    }

    @Test func whoComesDuringACancellationGetsANewBuild() {
        var flights = Flights(limit: 1)
        _ = flights.joined(1, "a")
        _ = flights.left(1)
        #expect(flights.joined(2, "a") == [])
        #expect(flights.joined(3, "a") == [])
        #expect(flights.left(2) == [])
        let (callers, actions) = flights.ended("a")
        #expect(callers == [])
        #expect(actions == [.begin("a", for: 3)])
        #expect(flights.ended("a").callers == [3])
    }

    @Test func aQueuedBuildThatIsCancelledIsNeverAdmitted() {
        var flights = Flights(limit: 1)
        _ = flights.joined(1, "a")
        _ = flights.needsEngine("a")
        _ = flights.joined(2, "b")
        _ = flights.needsEngine("b")
        #expect(flights.left(2) == [.cancel("b")])
        #expect(flights.ended("a").actions == [])
        #expect(flights.ended("b").callers == [])
    }
}
