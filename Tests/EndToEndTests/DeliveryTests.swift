import Glibc
import Model
import TestSupport
import Testing

/// A delivery is a hint to look; without any, the daemon looks by itself.
@Suite struct DeliveryTests {
    @Test(arguments: EngineFixture.Program.one)
    func aDeliveryWithAWrongSignatureDoesNothing(_ program: EngineFixture.Program) async throws {
        try await Scene.play(on: program) { scene in
            let listed = scene.project()?.listedAt
            let commit = try scene.push(page: "one", delivers: false)
            #expect(try scene.deliver(.branch("main"), commit, signedWith: "a guess") == 401)
            try await scene.eventually("the refusal is told of") {
                scene.get([DaemonEvent].self, "/events?project=shop")?.contains { $0.kind == "delivery.rejected" }
                    == true
            }
            #expect(scene.project()?.listedAt == listed)
            #expect(scene.environment("staging")?.commit == nil)
            #expect(scene.builds().isEmpty)
            try scene.deliver(.branch("main"), commit)
            try await scene.live(commit, in: "staging")
        }
    }

    @Test func aWebhookSecretThatAnybodyCanReadIsNamedToTheOperatorAlone() async throws {
        try await Scene.play(on: .podman) { scene in
            chmod(scene.directory.path(of: "secret"), 0o644)
            let commit = try scene.push(page: "one", delivers: false)
            #expect(try scene.announce(.branch("main"), commit).status == 401)
            try await scene.eventually("the operator is told why") {
                scene.get([DaemonEvent].self, "/events?project=shop")?.contains { event in
                    event.kind == "delivery.rejected" && event.message.contains("can be read by everybody")
                        && event.message.contains("chmod 0600")
                } == true
            }
        }
    }

    @Test(arguments: EngineFixture.Program.one)
    func pollingAloneFindsPushes(_ program: EngineFixture.Program) async throws {
        try await Scene.play(on: program, polling: "1s") { scene in
            try await scene.live(try scene.push(page: "one", delivers: false), in: "staging")
            try scene.checkOut("greeting", isNew: true)
            try await scene.live(try scene.push(page: "two", to: "greeting", delivers: false), in: "greeting")
        }
    }
}
