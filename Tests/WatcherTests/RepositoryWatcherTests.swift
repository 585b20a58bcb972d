import Glibc
import Lifecycle
import Model
import TestSupport
import Testing
import Watcher

@Suite struct RepositoryWatcherTests {
    private let workshop: GitWorkshop
    private let shop = ProjectName.make("shop")
    private let site = ProjectName.make("site")

    init() throws {
        workshop = try GitWorkshop()
        try workshop.makeRemote()
    }

    private var address: RemoteAddress { .make("file://" + workshop.path(of: "remote.git")) }

    /// Runs a watcher while the body reads what it observes.
    private func watching(
        _ body: (RepositoryWatcher, AsyncStream<Observation>) async throws -> Void
    ) async throws {
        let (stream, continuation) = AsyncStream.makeStream(of: Observation.self)
        let watcher = RepositoryWatcher(
            transport: GitTransport(executable: try Program.path()), interval: .seconds(3600), log: .silent,
            onObservation: { continuation.yield($0) })
        let stop = StopSignal()
        let running = Task { try await watcher.run(until: stop) }
        do {
            try await body(watcher, stream)
        } catch {
            running.cancel()
            throw error
        }
        stop.raise()
        try await running.value
    }

    @Test func looksAtOnceAndWheneverItIsAsked() async throws {
        try await watching { watcher, observations in
            watcher.watch(shop, credential: { .none }, address: address)
            let empty = try #require(await observations.next())
            #expect(empty.projects == [shop])
            #expect(try empty.result.get() == RefListing(head: nil, refs: []))

            let commit = try workshop.push()
            watcher.look(at: shop)
            let pushed = try #require(await observations.next())
            #expect(try pushed.result.get().refs.map(\.commit.hex) == [commit])
            #expect(pushed.repeats == 0)

            for repeats in 1...2 {
                watcher.look(at: shop)
                #expect(await observations.next()?.repeats == repeats)
            }
        }
    }

    @Test func listsOnceForAllProjectsOfARepository() async throws {
        try await watching { watcher, observations in
            watcher.watch(shop, credential: { .none }, address: address)
            _ = await observations.next()
            watcher.watch(site, credential: { .none }, address: address)
            #expect(await observations.next()?.projects == [shop, site])
            watcher.unwatch(site)
            watcher.look(at: shop)
            #expect(await observations.next()?.projects == [shop])
        }
    }

    @Test func aCredentialThatCannotBeLoadedFailsItsProjectAlone() async throws {
        let missing = StageFailure(reason: .other, verdict: .stall, message: "the token is missing")
        try await watching { watcher, observations in
            watcher.watch(shop, credential: { () throws(StageFailure) in throw missing }, address: address)
            let refused = try #require(await observations.next())
            #expect(refused.projects == [shop])
            #expect(refused.result == .failure(missing))
            watcher.watch(site, credential: { .none }, address: address)
            var seen: [[ProjectName]] = []
            while seen.last != [site] { seen.append(try #require(await observations.next()).projects) }
        }
    }

    @Test func aRemoteThatFailsIsAFailureAndNoEmptyListing() async throws {
        try await watching { watcher, observations in
            watcher.watch(shop, credential: { .none }, address: .make("file:///nonexistent.git"))
            watcher.watch(site, credential: { .none }, address: address)
            var results: [ProjectName: Result<RefListing, StageFailure>] = [:]
            while results.count < 2 {
                let observation = try #require(await observations.next())
                for project in observation.projects { results[project] = observation.result }
            }
            guard case .failure(let failure) = results[shop] else {
                Issue.record("what is not there was listed")
                return
            }
            #expect(failure.reason == .remoteNotFound)
            #expect(results[site] == .success(RefListing(head: nil, refs: [])))
        }
    }

    @Test func stopsWhileARemoteHangs() async throws {
        let dead = try #require(Loopback.listen())
        defer { close(dead.descriptor) }
        try await watching { watcher, observations in
            watcher.watch(shop, credential: { .none }, address: .make("git://127.0.0.1:\(dead.port)/x.git"))
            watcher.watch(site, credential: { .none }, address: address)
            // The other's answer shows that the listing of the dead one is under way, and delays nobody.
            #expect(await observations.next()?.projects == [site])
        }
    }
}

extension AsyncStream where Element: Sendable {
    /// The next element.
    fileprivate func next() async -> Element? {
        for await element in self { return element }
        return nil
    }
}
