import FoundationEssentials
import HTTPClient
import Model
import TestSupport
import Testing

/// Too little disk, inodes and memory: what has to wait does, says so, and goes on by itself.
@Suite struct RoomTests {
    private static let manifest = ["slipway.yml": Application.manifest("drain_timeout: 100ms")]

    @Test(.enabled(if: SmallDisk.isPossible))
    func aFullDiskStopsBuildsAndNothingElse() async throws {
        try await Scene.play(on: .podman, starts: false) { scene in
            let disk = try SmallDisk(at: scene.directory.path(of: "state"), mebibytes: 64, inodes: 4000)
            scene.belongings.append(disk)
            try await scene.start()
            let root = try scene.push(page: "root", files: Self.manifest)
            try await scene.live(root, in: "staging")
            try await scene.eventually("room is set aside") { scene.hasBallast }

            // Below the reserve: what must be built waits and says so; what needs no build is deployed.
            disk.fill(leaving: 8 << 20)
            try await scene.eventually("the disk is low") { scene.diskProblem != nil }
            try scene.checkOut("greeting", isNew: true)
            let built = try scene.push(page: "one", to: "greeting")
            try await scene.eventually("the preview waits for room") {
                scene.environment("greeting")?.gates.first?.kind == .disk
            }
            #expect(scene.environment("greeting")?.progress == .waiting)
            #expect(scene.why("greeting").contains("the disk at \(disk.path) is low: "))
            #expect(scene.why("greeting").contains("and builds leave 16 MiB free"))
            try scene.git("push", "-q", "origin", "\(root.hex):refs/heads/same-tree")
            try scene.deliver(.branch("same-tree"), root)
            try await scene.live(root, in: "same-tree")
            #expect(scene.builds().count == 1)
            #expect(scene.unreadyParts().contains(.disk))

            // Room again: it goes on by itself.
            disk.empty()
            try await scene.live(built, in: "greeting")
            #expect(scene.diskProblem == nil)

            // No inodes: the same.
            let files = disk.makeFiles(leaving: 100)
            try await scene.eventually("inodes are low") { scene.diskProblem?.contains("inodes") == true }
            disk.removeFiles(files)
            try await scene.eventually("inodes are there again") { scene.diskProblem == nil }

            // To the last byte: deliveries are durable or refused, and deleting works.
            var answers: [Int: Int] = [:]
            for pages in (0..<24).reversed() {
                disk.fill(leaving: pages * 4096)
                let status = try scene.deliverUnchecked(.branch("main"), root)
                answers[status.code, default: 0] += 1
                if status.code != 202 { #expect(status.code == 503 && status.retryAfter != nil) }
            }
            #expect(Set(answers.keys).isSubset(of: [202, 503]), "\(answers)")
            try await scene.eventually("what was set aside is given up") { !scene.hasBallast }
            #expect(try scene.daemon.run("env", "delete", "shop", "greeting").status == 0)
            try await scene.eventually("the preview is gone") { scene.environment("greeting") == nil }
            #expect(scene.containers(of: "greeting").isEmpty)
            #expect(scene.page(of: "staging") == "root\n")

            disk.empty()
            try await scene.eventually("all is well again") { scene.diskProblem == nil && scene.hasBallast }
            try scene.checkOut("main")
            try await scene.live(try scene.push(page: "after"), in: "staging")
        }
    }

    @Test func previewsWaitForMemoryAndStagingNever() async throws {
        let total = try #require(ProcFile.memoryTotal)
        try await Scene.play(on: .podman, starts: false) { scene in
            // 600 MiB are left for previews and builds, half of it for previews: one of 256 MiB.
            try scene.configure("limits: { memory_reserve: \((total >> 20) - 600)Mi }")
            try await scene.start()
            let root = try scene.push(page: "root", files: Self.manifest)
            try await scene.live(root, in: "staging")
            for branch in ["first-one", "other-one"] {
                try scene.git("push", "-q", "origin", "\(root.hex):refs/heads/\(branch)")
                scene.refresh()
                try await scene.eventually("\(branch) is known") { scene.environment(branch) != nil }
                if branch == "first-one" { try await scene.live(root, in: branch) }
            }
            try await scene.eventually("the second waits for memory") {
                scene.environment("other-one")?.gates.first?.kind == .memory
            }
            #expect(scene.why("other-one").contains("its containers may use 256 MiB of memory"))
            try await scene.live(try scene.push(page: "two"), in: "staging")
            #expect(scene.environment("other-one")?.commit == nil)
            try scene.deleteBranch("first-one")
            try await scene.live(root, in: "other-one")
        }
    }

    @Test func projectThatIsNoLongerConfiguredKeepsRunning() async throws {
        try await Scene.play(on: .podman) { scene in
            let root = try scene.push(page: "root", files: Self.manifest)
            try await scene.live(root, in: "staging")
            let configuration = try scene.withoutProjects()
            scene.daemon.stop()
            try scene.daemon.start()
            try await scene.eventually("the project is orphaned") {
                scene.environment("staging")?.progress == .orphaned && scene.environment("staging")?.health == .healthy
            }
            #expect(scene.why("staging").contains("slipway env delete shop staging"))
            #expect(scene.page(of: "staging") == "root\n")

            // It is looked after, and nothing new is begun.
            scene.remove(try await scene.onlyContainer(of: "staging").Id)
            try await scene.eventually("it is mended") { scene.page(of: "staging") == "root\n" }
            #expect(try scene.daemon.run("deploy", "shop", "staging", root.hex).status == 7)

            // Only naming it removes it.
            #expect(try scene.daemon.run("env", "delete", "shop", "staging").status == 0)
            try await scene.eventually("everything of it is gone") {
                scene.containers().isEmpty && scene.networks().isEmpty && scene.project() == nil
            }
            try scene.configureAgain(configuration)
            scene.daemon.stop()
            try await scene.start()
            try await scene.live(root, in: "staging")
        }
    }
}

extension Scene {
    /// Whether room is set aside in the state directory.
    fileprivate var hasBallast: Bool { FileManager.default.fileExists(atPath: directory.path(of: "state/ballast")) }

    /// What is shown to be wrong with the disk.
    fileprivate var diskProblem: String? { self.get(DaemonStatus.self, "/status")?.disk?.problem }

    /// Sends a delivery, and returns what it was answered, whatever that is.
    fileprivate func deliverUnchecked(
        _ ref: RefName, _ commit: ObjectID
    ) throws -> (code: Int, retryAfter: String?) {
        deliveries += 1
        let body = Array(#"{"ref":"\#(ref)","after":"\#(commit)","deleted":false}"#.utf8)
        let answer = try #require(
            ask(
                "POST", "/hooks/shop", body: body,
                headers: [
                    HTTPHeader("Content-Type", "application/json"), HTTPHeader("X-GitHub-Event", "push"),
                    HTTPHeader("X-GitHub-Delivery", "full-\(deliveries)"),
                    HTTPHeader("X-Hub-Signature-256", "sha256=" + Signature.sha256(secret: secret, body: body)),
                ]))
        return (answer.status, answer.header("Retry-After"))
    }

    private var configurationPath: String { directory.path(of: "config.yml") }

    private var configurationText: String {
        String(decoding: FileManager.default.contents(atPath: configurationPath) ?? Data(), as: UTF8.self)
    }

    /// Adds lines to the configuration.
    fileprivate func configure(_ lines: String) throws {
        try directory.write(configurationText + lines + "\n", to: "config.yml")
    }

    /// Takes the projects out of the configuration, and returns it as it was.
    fileprivate func withoutProjects() throws -> String {
        let before = configurationText
        let end = try #require(before.firstRange(of: "projects:\n")?.lowerBound)
        try directory.write(before[..<end] + "projects: []\n", to: "config.yml")
        return before
    }

    fileprivate func configureAgain(_ text: String) throws { try directory.write(text, to: "config.yml") }
}
