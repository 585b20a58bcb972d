package import Lifecycle

/// Ends the daemon when another one has taken over its records: a step begun under an older epoch must not commit.
package final class Fence: Service {
    package let name = "fence"
    private let tripped = StopSignal()

    /// What the daemon ends with.
    package struct TakenOver: Error, CustomStringConvertible {
        package var description: String { "another daemon has taken over the records; this one ends" }
    }

    /// A fence that has not been tripped.
    package init() {}

    /// The records say that they belong to another daemon now.
    func trip() { tripped.raise() }

    package func run(until stop: StopSignal) async throws {
        let wake = Wake()
        stop.onRaise { wake.ring() }
        tripped.onRaise { wake.ring() }
        while !stop.isRaised, !tripped.isRaised { await wake.wait(until: nil) }
        if tripped.isRaised { throw TakenOver() }
    }
}
