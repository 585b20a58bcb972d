import ContainerEngine
import Model
import TestSupport
import Testing

struct EngineClientTests {
    @Test(arguments: EngineFixture.Program.allCases)
    func saysWhichEngineAnswers(_ program: EngineFixture.Program) async throws {
        let fixture = try EngineFixture.forTest(program)
        let version = try await EngineClient(socketPath: fixture.socketPath).version()
        #expect(version.flavour.rawValue == program.rawValue)
        #expect(version.platform.hasPrefix("linux/"))
    }
}
