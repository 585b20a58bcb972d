import Testing

extension EngineFixture {
    /// The process's one engine of that kind, for a test; where it is not installed, the test is cancelled with a message.
    package static func forTest(_ program: Program) throws -> EngineFixture {
        guard program.path != nil else { try Test.cancel("\(program) is not installed") }
        return try shared(program)
    }

    /// An engine that the test may stop, and must end; where it is not installed, the test is cancelled with a message.
    package static func forOneTest(_ program: Program) throws -> EngineFixture {
        guard program.path != nil else { try Test.cancel("\(program) is not installed") }
        return try own(program)
    }
}
