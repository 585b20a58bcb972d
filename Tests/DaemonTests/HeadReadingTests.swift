import Model
import Testing

@testable import Daemon

/// What the heads of pull requests say where the host cannot be asked.
struct HeadReadingTests {
    private func ref(_ name: String, _ commit: Int, isBaseline: Bool = false, absences: Int = 0) -> KnownRef {
        let digits = String(commit, radix: 16)
        let id = ObjectID(String(repeating: "0", count: 40 - digits.count) + digits) ?? .zero
        return KnownRef(
            name: RefName(name), target: id, commit: id, isBaseline: isBaseline, firstSeen: .init(milliseconds: 0),
            movedAt: .init(milliseconds: 0), sequence: 1, absences: absences)
    }

    private func request(_ number: Int, isFork: Bool, isOpen: Bool = true) -> PullRequest {
        PullRequest(
            number: number, title: "", author: "", head: .branch("x"), commit: nil, base: .branch("main"),
            isFork: isFork, isDraft: false, labels: [], isOpen: isOpen)
    }

    @Test func headsAreAskedForWhereTheyMatterAlone() {
        let ask = PreviewPolicy(forks: .ask)
        #expect(HeadReading.wanted(by: nil, isAsked: false, requests: nil, known: [1]) == .none)
        #expect(HeadReading.wanted(by: .init(), isAsked: false, requests: nil, known: []) == .none)
        #expect(HeadReading.wanted(by: .init(branches: []), isAsked: false, requests: nil, known: []) == .all)
        #expect(HeadReading.wanted(by: ask, isAsked: false, requests: nil, known: []) == .all)
        #expect(
            HeadReading.wanted(by: .init(pullRequests: false, forks: .ask), isAsked: false, requests: nil, known: [])
                == .none)
        let requests = [request(1, isFork: true), request(2, isFork: false), request(3, isFork: true, isOpen: false)]
        #expect(HeadReading.wanted(by: ask, isAsked: true, requests: requests, known: [3]) == .numbers([1]))
        #expect(HeadReading.wanted(by: .init(), isAsked: true, requests: requests, known: [3]) == .none)
        // Not answered yet: what is known stays known.
        #expect(HeadReading.wanted(by: ask, isAsked: true, requests: nil, known: [3]) == .numbers([3]))
    }

    @Test func aHeadThatIsNoBranchsIsAForks() {
        let refs = [
            ref("refs/heads/main", 1), ref("refs/heads/feature-x", 2), ref("refs/pull/1/head", 2),
            ref("refs/pull/2/head", 3), ref("refs/pull/3/head", 4, isBaseline: true),
            ref("refs/pull/4/head", 5, absences: 2), ref("refs/pull/5/head", 6, isBaseline: true),
        ]
        let own = HeadReading.own(refs, before: [:])
        #expect(own == [1: .branch("feature-x")])
        let found = HeadReading.requests(refs, own: own, adopted: [5])
        #expect(found.map(\.number) == [1, 2, 5])
        #expect(found.map(\.isFork) == [false, true, true])
        #expect(found.first?.head == .branch("feature-x"))
    }

    @Test func aBranchThatMovesBeforeItsHeadStaysItsOwn() {
        let moved = [ref("refs/heads/feature-x", 3), ref("refs/pull/1/head", 2)]
        #expect(HeadReading.own(moved, before: [1: .branch("feature-x")]) == [1: .branch("feature-x")])
        let gone = [ref("refs/heads/feature-x", 3, absences: 2), ref("refs/pull/1/head", 2)]
        #expect(HeadReading.own(gone, before: [1: .branch("feature-x")]).isEmpty)
    }
}
