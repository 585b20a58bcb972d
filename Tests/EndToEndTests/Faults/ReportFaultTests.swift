import Foundation
import Model
import TestSupport
import Testing

/// A daemon that dies around its calls of the Git host, or has lost its records, tells everything once and leaves
/// nothing open.
@Suite struct ReportFaultTests {
    /// What must be so once everything has been told: nothing twice, nothing open, nothing unknown.
    private func expectOrder(_ host: ScriptedHost) {
        let open: Set = ["pending", "queued", "in_progress", "running", nil]
        let left = host.deployments.filter { open.contains($0.state) }
        #expect(left.isEmpty, "left open: \(left)")
        let places = host.deployments.map { "\($0.environment) \($0.commit)" }
        #expect(Set(places).count == places.count, "twice: \(places)")
        let statuses = host.statuses.filter { open.contains($0.state) }
        #expect(statuses.isEmpty, "left open: \(statuses)")
        #expect(host.comments(on: 42).count <= 1)
        #expect(host.unknownCalls.isEmpty, "\(host.unknownCalls)")
    }

    private func isLive(_ commit: ObjectID, in environment: String, on host: ScriptedHost) -> Bool {
        let isShown = host.deployments.contains {
            $0.commit == "\(commit)" && $0.environment == environment && $0.state == "success"
        }
        let others = host.deployments.filter {
            $0.environment == environment && $0.commit != "\(commit)" && $0.state == "success"
        }
        return isShown && (host.kind == .gitlab || others.isEmpty)
            && host.statuses.contains {
                $0.commit == "\(commit)" && $0.context == "slipway/\(environment)" && $0.state == "success"
            }
    }

    @Test(arguments: [GitHostKind.github, .gitlab])
    func aKillBetweenACallAndItsRecordTellsNothingTwice(_ kind: GitHostKind) async throws {
        let host = try ScriptedHost(kind, repository: "git/shop")
        try await Scene.play(telling: host, starts: false) { scene in
            let orders = scene.directory.path(of: "failpoints")
            scene.daemon.environment["SLIPWAY_FAILPOINT"] = "@" + orders
            try Data().write(to: URL(filePath: orders))
            try await scene.start()
            for (number, point) in ["notify.after_send", "notify.before"].enumerated() {
                // Three acts follow from every push, however many are overtaken: a status, a deployment, and the end of
                // the one before.
                for hit in 1...3 {
                    try Data("\(point):\(hit):kill".utf8).write(to: URL(filePath: orders))
                    // What the push before left to be told may be what it dies at.
                    let commit = try scene.push(page: "\(number) \(hit)", delivers: false)
                    _ = scene.ask("POST", "/api/v1/projects/shop/refresh")
                    try await scene.eventually("it dies at hit \(hit) of \(point)") { !scene.daemon.isRunning }
                    try scene.daemon.start()
                    try await scene.eventually("everything was told after hit \(hit) of \(point)") {
                        isLive(commit, in: "staging", on: host)
                    }
                }
            }
            expectOrder(host)
        }
    }

    @Test func lostRecordsAreMadeUpForByWhatTheHostShows() async throws {
        let host = try ScriptedHost(.github, repository: "git/shop")
        try await Scene.play(telling: host) { scene in
            let first = try scene.push(page: "one")
            try scene.checkOut("feature-x", isNew: true)
            let second = try scene.push(page: "two", to: "feature-x")
            try await scene.eventually("both are shown") {
                isLive(first, in: "staging", on: host) && isLive(second, in: "feature-x", on: host)
            }
            // While nobody looks, the records go, and so does the preview's reason.
            scene.daemon.kill()
            for suffix in ["", "-wal", "-shm"] {
                try? FileManager.default.removeItem(atPath: scene.directory.path(of: "state/slipway.db\(suffix)"))
            }
            host.deployElsewhere("\(first)", to: "old-preview", payload: "shop/old-preview", state: "in_progress")
            host.deployElsewhere("\(first)", to: "elsewhere", payload: "", state: "success")
            try await scene.start()
            try await scene.eventually("what is gone is shown so") {
                host.deployments.first { $0.environment == "old-preview" }?.state == "inactive"
            }
            try await scene.eventually("what runs is shown as before") {
                isLive(first, in: "staging", on: host) && isLive(second, in: "feature-x", on: host)
            }
            #expect(host.deployments.first { $0.environment == "elsewhere" }?.states == ["success"])
            expectOrder(host)
        }
    }

    /// Many environments at once: every end is told, in the order and at the pace that the host bears.
    @Test func manyChangesAtOnceDoNotFloodTheHost() async throws {
        let host = try ScriptedHost(.github, repository: "git/shop")
        try await Scene.play(telling: host) { scene in
            _ = try scene.push(page: "main")
            var commits: [String: ObjectID] = [:]
            for number in 0..<8 {
                let branch = "change-\(number)"
                try scene.checkOut(branch, isNew: true)
                for page in 0..<3 { commits[branch] = try scene.push(page: "\(number) \(page)", to: branch) }
            }
            try await scene.eventually("every end is shown", within: .seconds(120)) {
                commits.allSatisfy { isLive($0.value, in: $0.key, on: host) }
            }
            let writes = host.arrivals.filter { $0.method != "GET" }.map(\.at)
            let gaps = zip(writes, writes.dropFirst()).map { $1 - $0 }
            #expect(gaps.allSatisfy { $0 > .milliseconds(800) }, "too fast: \(gaps.min() ?? .zero)")
            print("\(writes.count) writes for \(commits.count) previews of three pushes each")
            expectOrder(host)
        }
    }
}
