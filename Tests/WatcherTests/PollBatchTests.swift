import Model
import Testing

@testable import Watcher

@Suite struct PollBatchTests {
    private func source(_ address: String, _ credential: RemoteCredential = .none) -> RepositorySource {
        RepositorySource(address: .make(address), credential: credential)
    }

    @Test func aRepositoryIsListedOnceForAllItsProjects() {
        let batches = PollBatch.dividing([
            .make("a"): source("https://example.com/x.git"), .make("b"): source("https://example.com/x.git"),
            .make("c"): source("https://example.com/y.git"),
        ])
        #expect(
            batches == [
                PollBatch(
                    credential: .none,
                    members: [
                        .init(address: .make("https://example.com/x.git"), projects: [.make("a"), .make("b")]),
                        .init(address: .make("https://example.com/y.git"), projects: [.make("c")]),
                    ])
            ])
    }

    @Test func credentialsAndHostsAreNotMixed() {
        let batches = PollBatch.dividing([
            .make("a"): source("https://example.com/x.git", .token(Secret("one"))),
            .make("b"): source("https://example.com/x.git", .token(Secret("two"))),
            .make("c"): source("https://example.com:8443/x.git", .token(Secret("one"))),
            .make("d"): source("http://example.com/x.git", .token(Secret("one"))),
            .make("e"): source("https://example.org/x.git", .token(Secret("one"))),
        ])
        #expect(batches.count == 5)
        #expect(batches.allSatisfy { $0.members.count == 1 })
    }

    @Test func hundredsAreDivided() {
        var sources: [ProjectName: RepositorySource] = [:]
        for number in 0..<250 { sources[.make("p\(number)")] = source("file:///srv/\(number).git") }
        #expect(PollBatch.dividing(sources).map(\.members.count).sorted() == [50, 100, 100])
    }
}
