import Lifecycle
import Testing

extension EngineFixture {
    private static let starters = BlockingPool(name: "slipway.test.engine", width: 2)

    /// The process's one engine of that kind, for a test; where it is not installed, the test is cancelled with a message.
    ///
    /// - Parameter number: which of the process's engines of that kind.
    package static func forTest(_ program: Program, number: Int = 0) async throws -> EngineFixture {
        guard program.path != nil else { try Test.cancel("\(program) is not installed") }
        return try await starters.run { () throws(Unusable) in try shared(program, number: number) }
    }

    /// An engine that the test may stop, and must end; where it is not installed, the test is cancelled with a message.
    package static func forOneTest(_ program: Program) async throws -> EngineFixture {
        guard program.path != nil else { try Test.cancel("\(program) is not installed") }
        return try await starters.run { () throws(Unusable) in try own(program) }
    }
}
