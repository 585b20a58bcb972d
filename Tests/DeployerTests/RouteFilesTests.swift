import FoundationEssentials
import Lifecycle
import Model
import TestSupport
import Testing

@testable import Deployer

/// The directory in which a proxy looks routes up, and the router over it, without a proxy.
struct RouteFilesTests {
    private let one = EnvironmentID.make("shop", "branch-1")
    private let two = EnvironmentID.make("shop", "branch-2")

    private func routes(_ id: EnvironmentID, _ port: Int) -> [Route] {
        [Route(environment: id, service: "web", hosts: ["\(id.name).localhost"], ports: [port])]
    }

    private func table(_ ports: [EnvironmentID: Int]) -> RouteTable {
        var table = RouteTable()
        for (id, port) in ports { table[id] = routes(id, port) }
        return table
    }

    @Test func whoseRoutesCannotBeWrittenIsToldAndTheOthersAreWritten() async throws {
        let scratch = try TemporaryDirectory()
        let files = RouteFiles(directory: scratch.path + "/routes")
        _ = try await files.read()
        // A file where the host's directory should be.
        #expect(FileManager.default.createFile(atPath: scratch.path + "/routes/branch-1.localhost", contents: nil))
        let failures = await files.apply(table([one: 1, two: 2]))
        #expect(Array(failures.keys) == [one])
        #expect(try await RouteFiles(directory: scratch.path + "/routes").read() == table([two: 2]))
    }

    @Test func whatIsDoubtedIsWrittenAgainOrRemoved() async throws {
        let scratch = try TemporaryDirectory()
        let path = scratch.path + "/routes"
        let files = RouteFiles(directory: path)
        _ = try await files.read()
        #expect(await files.apply(table([one: 1, two: 2])).isEmpty)
        try FileManager.default.removeItem(atPath: path + "/branch-2.localhost")
        #expect(await !files.isIntact())
        await files.distrust()
        #expect(await files.apply(table([two: 2])).isEmpty)
        #expect(try await RouteFiles(directory: path).read() == table([two: 2]))
        #expect(await files.isIntact())
    }

    /// Routes in memory, of which some cannot be written, and which take a while to be read.
    private actor Memory: RouteStore {
        private(set) var table: RouteTable
        private(set) var reads = 0
        var refused: EnvironmentID?
        private(set) var trials = 0

        init(_ table: RouteTable = RouteTable(), refusing refused: EnvironmentID? = nil) {
            self.table = table
            self.refused = refused
        }

        func read() async -> RouteTable {
            reads += 1
            let found = table
            for _ in 0..<100 { await Task.yield() }
            return found
        }

        func apply(_ table: RouteTable) async -> [EnvironmentID: StageFailure] {
            for _ in 0..<100 { await Task.yield() }
            var failures: [EnvironmentID: StageFailure] = [:]
            for id in Set(table.environments.keys).union(self.table.environments.keys) where table[id] != self.table[id]
            {
                if id == refused { failures[id] = .routeNotWritten("there", 28) } else { self.table[id] = table[id] }
            }
            return failures
        }

        func tryWriting() throws(StageFailure) {
            trials += 1
            if refused != nil { throw .routeNotWritten("there", 28) }
        }

        func hasRoom() { refused = nil }
        func isIntact() -> Bool { true }
        func distrust() {}
    }

    private func router(over files: Memory) -> Router {
        Router(
            client: MemoryAdmin(), files: files, routesDirectory: "/routes",
            frame: CaddyFrame(httpPort: 8080, daemonAddress: "127.0.0.1:7420"), log: .silent)
    }

    @Test func routesOfOneThatCannotBeWrittenTakeNothingFromAnother() async throws {
        let files = Memory(refusing: one)
        let router = router(over: files)
        try await router.load()
        let (first, second) = (routes(one, 1), routes(two, 2))
        let refused = Task { try await router.set(first, for: one) }
        let written = Task { try await router.set(second, for: two) }
        await #expect(throws: StageFailure.self) { try await refused.value }
        try await written.value
        #expect(await files.table == table([two: 2]))
        try await router.settle()
        #expect(await files.table == table([two: 2]))
    }

    @Test func whatCouldNotBeWrittenIsToldUntilItCan() async throws {
        let files = Memory(refusing: one)
        let router = router(over: files)
        try await router.load()
        await #expect(throws: StageFailure.self) { try await router.set(routes(one, 1), for: one) }
        // The routes were taken back: without a trial nothing would be left to write.
        await #expect(throws: StageFailure.self) { try await router.verify() }
        await files.hasRoom()
        try await router.verify()
        try await router.verify()
        #expect(await files.trials == 2)
    }

    @Test func routesAreReadOnceHoweverManyWaitForThem() async throws {
        let files = Memory(table([one: 1]))
        let router = router(over: files)
        try await withThrowingDiscardingTaskGroup { group in
            for _ in 0..<8 { group.addTask { try await router.load() } }
        }
        #expect(await files.reads == 1)
        #expect(await router.table == table([one: 1]))
    }
}
