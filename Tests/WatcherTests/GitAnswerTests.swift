import Model
import Testing

@testable import Watcher

@Suite struct GitAnswerTests {
    private let listing = RefListing(
        head: .branch("main"),
        refs: [
            .branch("main", "a"), .tag("v1", "b", peeled: "c"),
            ListedRef(name: RefName(bytes: Array("refs/heads/".utf8) + [0xff, 0xc3]), target: .make("d")),
        ])
    private let failure = StageFailure(
        reason: .remoteNotFound, verdict: .retry(after: nil), message: "there is\nno \"repository\"", hint: "look")

    @Test func readsWhatItWrites() {
        let bytes =
            GitAnswer.lines(of: .success(listing), index: 1) + GitAnswer.lines(of: .failure(failure), index: 0)
            + GitAnswer.lines(of: .success(RefListing(head: nil, refs: [])), index: 3)
        #expect(
            GitAnswer.listings(in: bytes, count: 5) == [
                .failure(failure), .success(listing), nil, .success(RefListing(head: nil, refs: [])), nil,
            ])
    }

    @Test func aListingThatBreaksOffIsNone() {
        let bytes = GitAnswer.lines(of: .success(listing), index: 0)
        for length in 0..<bytes.count - 1 {
            #expect(GitAnswer.listings(in: Array(bytes.prefix(length)), count: 1) == [nil])
        }
        #expect(GitAnswer.listings(in: bytes, count: 1) == [.success(listing)])
    }

    @Test func nonsenseIsNoAnswer() {
        let nonsense = Array("end\nlist\nlist x\nlist 7\nend\nfailure\nfailure 0 {}\nref a b c\n\u{0}".utf8)
        #expect(GitAnswer.listings(in: nonsense, count: 1) == [nil])
        if GitAnswer.fetch(in: nonsense) != nil { Issue.record("an answer was read") }
    }
}
