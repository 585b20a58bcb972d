import GitHosts
import Model
import Store
import Testing

@testable import Daemon

/// Which comments are read after a listing, and which commit a word without one is about.
struct CommentReadsTests {
    private func commit(_ digit: String) -> ObjectID { ObjectID(String(repeating: digit, count: 40)) ?? .zero }
    private func at(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: seconds * 1000) }

    private func listing(_ requests: [(Int, String)], versions: [Int: String]) -> HostClient.OpenPullRequests {
        var listing = HostClient.OpenPullRequests()
        listing.requests = requests.map { number, digit in
            PullRequest(
                number: number, title: "", author: "", head: .branch("x"), commit: commit(digit), base: .branch("main"),
                isFork: true, isDraft: false, labels: [], isOpen: true)
        }
        listing.versions = versions
        return listing
    }

    @Test func onlyWhereSomethingHappened() {
        var reads = CommentReads(
            known: [:], listing: listing([(1, "1"), (2, "2")], versions: [1: "a", 2: "a"]), now: at(100))
        #expect(reads.due == [1, 2])
        #expect(reads.changed.map(\.number).sorted() == [0, 1, 2])
        var known: [Int: CommentRead] = [:]
        known[0] = reads.changed.first { $0.number == 0 }
        for number in [1, 2] { known[number] = reads.read(number) }
        let next = CommentReads(
            known: known, listing: listing([(1, "1"), (2, "2")], versions: [1: "a", 2: "b"]), now: at(160))
        #expect(next.due == [2])
        #expect(next.changed.isEmpty)
        // A host that does not say is asked each time; what is closed stays where it was.
        let silent = CommentReads(
            known: known, listing: listing([(1, "1")], versions: [:]), now: at(160))
        #expect(silent.due == [1])
        #expect(silent.forgotten.isEmpty)
    }

    @Test func whatWasWrittenBeforeSlipwayLookedIsNeverObeyed() throws {
        let first = CommentReads(known: [:], listing: listing([(7, "1")], versions: [7: "a"]), now: at(100))
        #expect(first.start == at(101))
        let own = try #require(first.changed.first { $0.number == 0 })
        let known = [0: own, 7: try #require(first.places[7])]
        // One that was opened since: everything in it is new. One that was reopened: what was said before is past.
        let next = CommentReads(
            known: known, listing: listing([(3, "3"), (7, "1"), (8, "2")], versions: [:]), now: at(200))
        #expect(next.places[8]?.readAt == at(101))
        #expect(next.places[3]?.readAt == at(201))
        // Records that were put back: what was asked for since they were made is not asked for again.
        let restored = CommentReads(
            known: known, listing: listing([(7, "1")], versions: [:]), now: at(300), startsAnew: true)
        #expect(restored.start == at(301))
        #expect(restored.changed.contains { $0.number == 0 && $0.readAt == at(301) })
    }

    @Test func oldPlacesAreForgotten() {
        let known = Dictionary((1...250).map { ($0, CommentRead(number: $0, readAt: at(1))) }) { first, _ in first }
        let reads = CommentReads(known: known, listing: listing([(9, "1")], versions: [:]), now: at(100))
        #expect(reads.forgotten.count == 49)
        #expect(!reads.forgotten.contains(9) && reads.forgotten.contains(1) && !reads.forgotten.contains(250))
    }

    @Test func aWordIsForTheCommitThatWasThereBeforeIt() throws {
        var reads = CommentReads(
            known: [:], listing: listing([(1, "1")], versions: [1: "a"]), now: at(100))
        let place = reads.read(1)
        #expect(CommentReads.wasCurrent(commit("1"), at: at(101), place))
        // In the same second nobody can tell.
        #expect(!CommentReads.wasCurrent(commit("1"), at: at(100), place))
        #expect(!CommentReads.wasCurrent(commit("1"), at: at(50), place))
        #expect(!CommentReads.wasCurrent(commit("2"), at: at(200), place))
        // Away and back again between two listings: where the host says so, it counts.
        #expect(!CommentReads.wasCurrent(commit("1"), at: at(110), place, pushed: at(115)))
        #expect(CommentReads.wasCurrent(commit("1"), at: at(110), place, pushed: at(90)))
        // A push after the comment, seen in the next listing: the word was not for it.
        let moved = CommentReads(
            known: [1: place], listing: listing([(1, "2")], versions: [1: "b"]), now: at(160))
        let after = try #require(moved.places[1])
        #expect(!CommentReads.wasCurrent(commit("2"), at: at(130), after))
        #expect(CommentReads.wasCurrent(commit("2"), at: at(170), after))
    }
}
