import FoundationEssentials
import Glibc
import HTTPClient
import Model
import TestSupport
import Testing

/// Something that crashes the daemon each time it is worked on is set aside, and the rest goes on.
@Suite struct QuarantineTests {
    /// What systemd does: starts the daemon again whenever it has crashed, here at most so often.
    private static func restart(
        _ scene: Scene, poison: String, by way: String = "trap", crashes: Int = 3
    ) async throws {
        let environment = ["SLIPWAY_POISON": poison, "SLIPWAY_POISON_BY": way, "SWIFT_BACKTRACE": "enable=no"]
        for crash in 1...crashes {
            try scene.daemon.start(with: environment)
            try await scene.eventually("the daemon crashes, \(crash)") { !scene.daemon.isRunning }
        }
        let start = ContinuousClock.now
        try scene.daemon.start(with: environment)
        try await scene.eventually("the daemon is up", within: .seconds(15)) { scene.isAnswering }
        print("up \(ContinuousClock.now - start) after the last of \(crashes) crashes over \(poison)")
    }

    @Test func anEnvironmentThatCrashesTheDaemonIsSetAside() async throws {
        try await Scene.play(on: .podman) { scene in
            let first = try scene.push(page: "first")
            try await scene.live(first, in: "staging")
            try scene.checkOut("greeting", isNew: true)
            let greeting = try scene.push(page: "greeting", to: "greeting")
            try await scene.live(greeting, in: "greeting")
            let poisoned = "environment shop/staging"
            scene.daemon.stop()
            try await Self.restart(scene, poison: poisoned)

            // The rest goes on, and what ran keeps running.
            let next = try scene.push(page: "next", to: "greeting")
            try await scene.live(next, in: "greeting")
            #expect(scene.page(of: "staging") == "first\n")
            try scene.checkOut("main")
            let waiting = try scene.push(page: "second")

            // Everything that speaks of it names it, and the way out.
            let remedy = "slipway quarantine release \(poisoned)"
            for verb in [["status"], ["why", "shop", "staging"], ["quarantine", "list"]] {
                let ending = try scene.daemon.run(verb)
                #expect(ending.output.contains("\(poisoned) is set aside"), "\(verb): \(ending.output)")
                #expect(ending.output.contains("crashed 3 times"), "\(verb): \(ending.output)")
                #expect(ending.output.contains(remedy), "\(verb): \(ending.output)")
            }
            let doctor = try scene.daemon.run("doctor", "--config", "config.yml")
            #expect(doctor.output.contains("\(poisoned) is set aside"), "\(doctor.output)")
            let events = try scene.daemon.run("events").output
            #expect(events.contains("quarantine.added"), "\(events)")
            #expect(try scene.daemon.run("quarantine", "release", "environment", "shop/greeting").status == 1)
            #expect(scene.environment("staging")?.commit == first)

            // A daemon without the defect: the release lets it go on, and is remembered.
            scene.daemon.stop()
            try await scene.start()
            #expect(scene.environment("staging")?.commit == first, "it stays set aside until a person releases it")
            #expect(try scene.daemon.run("quarantine", "release", "environment", "shop/staging").status == 0)
            try await scene.live(waiting, in: "staging")
            #expect(try scene.daemon.run("quarantine", "list").output == "nothing is set aside\n")
            scene.daemon.stop()
            try await scene.start()
            #expect(try scene.daemon.run("quarantine", "list").output == "nothing is set aside\n")
        }
    }

    @Test func aCommitThatCrashesTheDaemonIsSetAsideAndTheNextOneIsNot() async throws {
        try await Scene.play(on: .podman, starts: false) { scene in
            let bad = try scene.push(page: "bad", delivers: false)
            let poisoned = "commit shop/\(bad.hex)"
            try await Self.restart(scene, poison: poisoned, by: "abort")
            try await scene.eventually("people are told") {
                scene.project()?.manifestProblem?.contains("\(poisoned) is set aside") == true
            }
            let good = try scene.push(page: "good")
            try await scene.live(good, in: "staging")

            scene.daemon.stop()
            try await scene.start()
            try scene.git("checkout", "-q", "-b", "bad", bad.hex)
            try scene.git("push", "-q", "origin", "bad")
            try scene.deliver(.branch("bad"), bad)
            try await scene.eventually("the preview is refused") {
                scene.environment(following: "bad")?.deployment?.failure?.reason == .setAside
            }
            #expect(try scene.daemon.run("quarantine", "release", "commit", "shop/\(bad.hex)").status == 0)
            let name = try #require(scene.environment(following: "bad")?.id.name.rawValue)
            try await scene.live(bad, in: name)
        }
    }

    @Test func aProjectThatCrashesTheDaemonIsSetAsideAsAWhole() async throws {
        try await Scene.play(on: .podman) { scene in
            let first = try scene.push(page: "first")
            try await scene.live(first, in: "staging")
            scene.daemon.stop()
            try await Self.restart(scene, poison: "project shop", by: "overflow")
            let second = try scene.push(page: "second", delivers: false)
            #expect(scene.page(of: "staging") == "first\n")
            #expect(scene.project()?.problem?.reason == .setAside)
            let ending = try scene.daemon.run("why", "shop", "staging")
            #expect(ending.status == 7)
            #expect(ending.errorOutput.contains("slipway quarantine release project shop"), "\(ending.errorOutput)")

            scene.daemon.stop()
            try scene.daemon.start()
            try await scene.eventually("the daemon is up") { scene.isAnswering }
            // The release takes effect in the daemon that runs.
            #expect(try scene.daemon.run("quarantine", "release", "project", "shop").status == 0)
            try await scene.live(second, in: "staging")
        }
    }

    @Test func aDeliveryThatCrashesTheDaemonIsRefusedInTheEnd() async throws {
        try await Scene.play(on: .podman) { scene in
            // Its name is not known before it has crashed the daemon: any delivery does.
            scene.daemon.stop()
            let first = try scene.push(page: "first", delivers: false)
            for _ in 1...3 {
                try scene.daemon.start(
                    with: ["SLIPWAY_POISON": "delivery shop/", "SWIFT_BACKTRACE": "enable=no"])
                try await scene.eventually("the daemon is up") { scene.isAnswering }
                #expect(scene.deliver(first, padding: "") == nil)
                try await scene.eventually("the daemon crashes") { !scene.daemon.isRunning }
            }
            try await scene.start()
            #expect(scene.deliver(first, padding: "") == 400)
            #expect(try scene.daemon.run("quarantine", "list").output.contains("delivery shop/"))
            #expect(scene.deliver(first, padding: " ") == 202)
            try await scene.live(first, in: "staging")
        }
    }

    @Test func killsByAPersonSetNothingAside() async throws {
        try await Scene.play(on: .podman) { scene in
            let first = try scene.push(page: "first")
            try await scene.live(first, in: "staging")
            scene.daemon.stop()
            for signal in [SIGKILL, SIGKILL, SIGKILL, SIGKILL, SIGABRT, SIGSEGV, SIGABRT, SIGSEGV] {
                try scene.daemon.start()
                try await scene.eventually("the daemon is up") { scene.isAnswering }
                try scene.deliver(.branch("main"), first)
                scene.daemon.end(by: signal)
            }
            for _ in 1...4 {
                try scene.daemon.start(with: ["SLIPWAY_POISON": "environment shop/", "SLIPWAY_POISON_BY": "kill"])
                try await scene.eventually("the daemon is killed") { !scene.daemon.isRunning }
            }
            try await scene.start()
            #expect(try scene.daemon.run("quarantine", "list").output == "nothing is set aside\n")
            #expect(try scene.daemon.run("events").output.contains("daemon.crashed") == false)
            try await scene.live(first, in: "staging")
        }
    }
}

extension Scene {
    /// Whether the daemon answers at all.
    fileprivate var isAnswering: Bool { ask("GET", "/healthz")?.isSuccess == true }

    /// Sends a push of `main`, the same bytes each time but for the padding; nil: the daemon broke off.
    fileprivate func deliver(_ commit: ObjectID, padding: String) -> Int? {
        let body = Array(#"{"ref":"refs/heads/main","after":"\#(commit.hex)","deleted":false}"#.utf8) + padding.utf8
        return ask(
            "POST", "/hooks/shop", body: body,
            headers: [
                HTTPHeader("Content-Type", "application/json"), HTTPHeader("X-GitHub-Event", "push"),
                HTTPHeader("X-GitHub-Delivery", "\(Int.random(in: 0..<Int.max))"),
                HTTPHeader("X-Hub-Signature-256", "sha256=" + Signature.sha256(secret: secret, body: body)),
            ])?.status
    }
}
