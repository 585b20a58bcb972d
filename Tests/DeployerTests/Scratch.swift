import ContainerEngine
import Deployer
import Model
import TestSupport
import Testing

@Suite(.serialized) struct Scratch {
    @Test(arguments: Program.allCases) func timings(_ program: Program) async throws {
        let clock = ContinuousClock()
        try await Stage.with(program) { stage in
            let wanted = try stage.wanted(saying: "one", release: "1")
            print(program, "converge", try await clock.measure { try await stage.converge(wanted) })
            let id = try await stage.deployer.observe(stage.environment).containers[0].id
            print(program, "observe", try await clock.measure { _ = try await stage.deployer.observe(stage.environment) })
            print(program, "nothing", try await clock.measure { try await stage.converge(wanted) })
            print(program, "stop", try await clock.measure { try await stage.engine.stop(id, timeout: .zero) })
            print(program, "remove", try await clock.measure { try await stage.engine.remove(id, force: true) })
            print(program, "again", try await clock.measure { try await stage.converge(wanted) })
            let id2 = try await stage.deployer.observe(stage.environment).containers[0].id
            print(program, "stop 1", try await clock.measure { try await stage.engine.stop(id2, timeout: .seconds(1)) })
            print(program, "remove all", try await clock.measure { try await stage.deployer.remove(stage.environment) })
        }
    }
}
