import ContainerEngine
import Deployer
import Lifecycle
import Model
import TestSupport
import Testing

typealias Program = EngineFixture.Program

/// On real engines, one test after the other: side by side they would starve each other on a small machine.
@Suite(.serialized)
struct ConvergenceTests {
    @Test(arguments: Program.allCases)
    func deploysAndThenHasNothingToDo(_ program: Program) async throws {
        try await Stage.with(program) { stage in
            let wanted = try stage.wanted(saying: "one", release: "1")
            let reporter = Reporter()
            let result = try await stage.deployer.converge(on: wanted, reporter: reporter)
            #expect(result.changed && !result.needsSweep)
            #expect(result.proven.count == 1, "\(result.proven)")
            let name = "slipway--\(stage.environment.project)--staging--web--111111111111--1"
            #expect(
                reporter.words == [
                    "preparing", "create network slipway--\(stage.environment.project)--staging", "starting",
                    "start \(name)", "wait for \(name)", "switching", "move routes of \(stage.environment)",
                ])
            let page = try stage.page()
            #expect(page.status == 200)
            #expect(page.text == "one\n")
            #expect(try await stage.converge(wanted) == Convergence(changed: false, needsSweep: false))
        }
    }

    @Test(arguments: Program.allCases)
    func updatesWithoutAFailedRequest(_ program: Program) async throws {
        try await Stage.with(program) { stage in
            try await stage.converge(stage.wanted(saying: "0", release: "0"))
            let crowd = Crowd(of: Visitor(port: stage.frame.httpPort, host: "\(stage.environment.project).localhost"))
            let visits = try await crowd.visits("/index.html") {
                for release in 1...3 {
                    let seed = Character(String(release))
                    let wanted = try stage.wanted(saying: String(release), release: seed, .quick(drain: .seconds(2)))
                    crowd.note("converge \(release)")
                    try await stage.converge(wanted)
                    let text = try stage.page().text
                    #expect(text == "\(release)\n")
                    crowd.note("sweep \(release)")
                    try await stage.deployer.sweep(wanted)
                }
            }
            #expect(visits.failures == [])
            #expect(visits.count > 10)
            let left = try await stage.deployer.observe(stage.environment)
            #expect(left.containers.map(\.labels.release) == [sha("3")])
        }
    }

    @Test(arguments: Program.allCases)
    func anImageThatEndsAtOnceLeavesTheOldServing(_ program: Program) async throws {
        try await Stage.with(program) { stage in
            let good = try stage.wanted(saying: "good", release: "1")
            try await stage.converge(good)
            let bad = try stage.wanted(running: "echo no configuration; echo giving up; exit 3", release: "2")
            let failure = await #expect(throws: StageFailure.self) { try await stage.converge(bad) }
            #expect(failure?.reason == .containerExited)
            #expect(failure?.verdict == .stall)
            #expect(failure?.output.suffix(2) == ["no configuration", "giving up"])
            #expect(failure?.message.contains("exit code 3") == true)
            let page = try stage.page()
            #expect(page.text == "good\n")
            let left = try await stage.deployer.observe(stage.environment)
            #expect(left.containers.map(\.labels.release) == [sha("1")])
            #expect(try await stage.converge(good) == Convergence(changed: false, needsSweep: false))
        }
    }

    @Test(arguments: Program.allCases)
    func whatListensElsewhereIsToldWhere(_ program: Program) async throws {
        try await Stage.with(program) { stage in
            let health = HealthCheck(interval: .milliseconds(100), deadline: .seconds(3))
            let wanted = try stage.wanted(
                running: "mkdir /www; exec busybox httpd -f -p 3000 -h /www", release: "1", .quick(health: health))
            let failure = await #expect(throws: StageFailure.self) { try await stage.converge(wanted) }
            #expect(failure?.reason == .unhealthy)
            #expect(
                failure?.hint
                    == "it was expected to listen on port 8080, which is also in $PORT; "
                    + "it listens on 3000; name that in services.web.port")
            #expect(try await stage.deployer.observe(stage.environment).containers == [])
        }
    }

    @Test(arguments: Program.allCases)
    func aPathThatIsNotThereIsUnhealthy(_ program: Program) async throws {
        try await Stage.with(program) { stage in
            let health = HealthCheck(path: "/index.html", interval: .milliseconds(100), deadline: .seconds(20))
            try await stage.converge(stage.wanted(saying: "x", release: "1", .quick(health: health)))
            let wrong = HealthCheck(path: "/healthz", interval: .milliseconds(100), deadline: .seconds(2))
            let failure = await #expect(throws: StageFailure.self) {
                try await stage.converge(stage.wanted(saying: "x", release: "2", .quick(health: wrong)))
            }
            #expect(failure?.message == "service 'web' was not healthy within 2 s: GET /healthz was answered 404")
        }
    }

    @Test(arguments: Program.allCases)
    func aContainerThatWasRemovedComesBackOnItsPort(_ program: Program) async throws {
        try await Stage.with(program) { stage in
            let wanted = try stage.wanted(saying: "one", release: "1")
            try await stage.converge(wanted)
            let before = try #require(try await stage.deployer.observe(stage.environment).containers.first)
            try await stage.engine.stop(before.id, timeout: .zero)
            #expect(try await stage.converge(wanted).changed)
            let stopped = try await stage.deployer.observe(stage.environment).containers
            #expect(stopped.map(\.id) == [before.id])
            #expect(try stage.page().text == "one\n")

            try await stage.engine.remove(before.id, force: true)
            #expect(try await stage.converge(wanted).changed)
            let after = try #require(try await stage.deployer.observe(stage.environment).containers.first)
            #expect(after.id != before.id)
            #expect(after.labels.port == before.labels.port)
            #expect(try stage.page().text == "one\n")
        }
    }

    @Test(arguments: Program.allCases)
    func stopsFirstAndGoesBackWhenTheNewOneFails(_ program: Program) async throws {
        try await Stage.with(program) { stage in
            let good = try stage.wanted(saying: "good", release: "1", .quick(overlap: false))
            try await stage.converge(good)
            let bad = try stage.wanted(running: "exit 1", release: "2", .quick(overlap: false))
            let reporter = Reporter()
            await #expect(throws: StageFailure.self) {
                try await stage.deployer.converge(on: bad, reporter: reporter)
            }
            let names = reporter.words.filter { $0.hasPrefix("st") }.map { $0.prefix(5) }
            #expect(names == ["start", "stop ", "start", "start"])
            #expect(try await stage.converge(good).changed == false)
            let better = try stage.wanted(saying: "better", release: "3", .quick(overlap: false))
            try await stage.converge(better)
            #expect(try stage.page().text == "better\n")
            try await stage.deployer.sweep(better)
            #expect(try await stage.deployer.observe(stage.environment).containers.count == 1)
        }
    }

    @Test(arguments: Program.allCases)
    func aSupersededDeploymentLeavesNoTrace(_ program: Program) async throws {
        try await Stage.with(program) { stage in
            let old = try stage.wanted(saying: "old", release: "1")
            try await stage.converge(old)
            let new = try stage.wanted(saying: "new", release: "2")
            let failure = await #expect(throws: StageFailure.self) {
                try await stage.deployer.converge(on: new, reporter: Reporter(isAllowed: false))
            }
            #expect(failure == .cancelled)
            #expect(try stage.page().text == "old\n")

            // Cancelled while it waits for a health that never comes.
            let deaf = try stage.wanted(running: "exec busybox sleep 1000", release: "3")
            await withTaskGroup(of: StageFailure?.self) { group in
                group.addTask {
                    do throws(StageFailure) { try await stage.converge(deaf) } catch { return error }
                    return nil
                }
                await stage.waitUntil { $0.containers.contains { $0.labels.release == sha("3") && $0.isAlive } }
                group.cancelAll()
                #expect(await group.next() == .cancelled)
            }
            let left = try await stage.deployer.observe(stage.environment)
            #expect(left.containers.map(\.labels.release) == [sha("1")])
        }
    }

    @Test(arguments: Program.allCases)
    func removalLeavesNothing(_ program: Program) async throws {
        try await Stage.with(program) { stage in
            try await stage.converge(stage.wanted(saying: "1", release: "1", .quick(replicas: 2)))
            try await stage.converge(stage.wanted(saying: "2", release: "2"))
            let hold = Hold(kind: .frozen, reason: "fair", since: Timestamp(milliseconds: 1_700_000_000_000))
            try await stage.deployer.mark(stage.environment, hold: hold)
            #expect(try await stage.deployer.observe(stage.environment).hold == hold)
            try await stage.deployer.remove(stage.environment)
            #expect(try await stage.deployer.observe() == ObservedWorld())
            #expect(try await stage.engine.networks(labels: [Label.instance: stage.instance]) == [])
            #expect(try await stage.engine.volumes(labels: [Label.instance: stage.instance]) == [])
            #expect(try stage.page().status == 404)
            try await stage.deployer.remove(stage.environment)
        }
    }

    @Test(arguments: Program.allCases)
    func aHoldIsWrittenOverAndTakenAway(_ program: Program) async throws {
        try await Stage.with(program) { stage in
            var hold = Hold(kind: .frozen, reason: "fair", since: Timestamp(milliseconds: 1_700_000_000_000))
            try await stage.deployer.mark(stage.environment, hold: hold)
            hold.reason = "another"
            try await stage.deployer.mark(stage.environment, hold: hold)
            #expect(try await stage.deployer.observe(stage.environment).hold == hold)
            try await stage.deployer.mark(stage.environment, hold: nil)
            #expect(try await stage.deployer.observe(stage.environment).hold == nil)
        }
    }
}
