import Model
import Testing
import Watcher

@Suite struct RefChangesTests {
    private let now = Timestamp(milliseconds: 5000)

    private func fold(
        _ refs: [ListedRef], into known: [KnownRef], isFirst: Bool = false, nextSequence: Int64 = 10
    ) -> RefUpdate {
        RefChanges.folding(
            RefListing(head: nil, refs: refs), into: known, isFirst: isFirst, nextSequence: nextSequence, at: now)
    }

    private func later(_ ref: KnownRef, _ change: (inout KnownRef) -> Void) -> KnownRef {
        var ref = ref
        change(&ref)
        return ref
    }

    @Test func whatIsThereFirstIsTheBaseline() {
        let update = fold([.branch("main", "a"), .tag("v1", "b", peeled: "c")], into: [], isFirst: true)
        #expect(update.known.map(\.isBaseline) == [true, true])
        #expect(update.known.map(\.sequence) == [10, 11])
        #expect(update.known.map(\.commit) == [.make("a"), .make("c")])
        #expect(update.known.map(\.firstSeen) == [now, now])
        #expect(update.nextSequence == 12)
        #expect(update.changes.map(\.kind) == [.created, .created])
    }

    @Test func whatComesLaterIsNot() {
        let main = KnownRef.make(.branch("main"), "a", isBaseline: true)
        let update = fold([.branch("main", "a"), .branch("new", "b")], into: [main])
        #expect(
            update.known == [main, .make(.branch("new"), "b", at: 5000, sequence: 10)])
        #expect(update.changes == [RefChange(ref: .branch("new"), kind: .created)])
    }

    @Test func aListingThatSaysTheSameChangesNothing() {
        let known: [KnownRef] = [.make(.branch("main"), "a", isBaseline: true), .make(.tag("v1"), "b", movedTo: "c")]
        let update = fold([.branch("main", "a"), .tag("v1", "c")], into: known)
        #expect(update.known == known)
        #expect(update.changes == [])
        #expect(update.nextSequence == 10)
    }

    @Test func aBranchThatMovesIsNoBaselineAnyMore() {
        let main = KnownRef.make(.branch("main"), "a", isBaseline: true)
        let update = fold([.branch("main", "b")], into: [main])
        let moved = KnownRef(
            name: .branch("main"), target: .make("b"), commit: .make("b"), isBaseline: false,
            firstSeen: main.firstSeen, movedAt: now, sequence: 10)
        #expect(update.known == [moved])
        #expect(update.changes == [RefChange(ref: .branch("main"), kind: .moved(from: .make("a")))])
    }

    @Test func aTagThatMovesStaysWhatItWas() {
        let tag = KnownRef.make(.tag("v1"), "a")
        let moved = fold([.tag("v1", "b")], into: [tag])
        #expect(moved.known == [later(tag) { $0.movedTo = .make("b") }])
        #expect(moved.changes == [RefChange(ref: .tag("v1"), kind: .tagMoved(to: .make("b")))])
        #expect(moved.nextSequence == 10)

        let again = fold([.tag("v1", "c")], into: moved.known)
        #expect(again.changes == [RefChange(ref: .tag("v1"), kind: .tagMoved(to: .make("c")))])

        let back = fold([.tag("v1", "a")], into: again.known)
        #expect(back.known == [tag])
        #expect(back.changes == [RefChange(ref: .tag("v1"), kind: .tagRestored)])
    }

    @Test func aTagWhoseObjectIsReplacedMovedEvenIfItsCommitDidNot() {
        let first = fold([.tag("v1", "a", peeled: "c")], into: [])
        let second = fold([.tag("v1", "b", peeled: "c")], into: first.known)
        #expect(second.changes == [RefChange(ref: .tag("v1"), kind: .tagMoved(to: .make("b")))])
    }

    @Test func aTagThatIsDeletedAndMadeAnewStaysPinned() {
        let tag = KnownRef.make(.tag("v1"), "a", absences: 2)
        let update = fold([.tag("v1", "b")], into: [tag])
        #expect(update.known == [.make(.tag("v1"), "a", movedTo: "b")])
        #expect(update.changes == [RefChange(ref: .tag("v1"), kind: .tagMoved(to: .make("b")))])
    }

    @Test func aRefIsGoneOnlyWhenItWasMissingTwice() {
        let ref = KnownRef.make(.branch("a"), "a", isBaseline: true)
        let once = fold([], into: [ref])
        #expect(once.known == [later(ref) { $0.absences = 1 }])
        #expect(once.known.map(\.isGone) == [false])
        #expect(once.changes.map(\.kind) == [.vanished])

        let twice = fold([], into: once.known)
        #expect(twice.known.map(\.isGone) == [true])
        #expect(twice.changes.map(\.kind) == [.gone])

        let often = fold([], into: twice.known)
        #expect(often.known == twice.known)
        #expect(often.changes == [])
    }

    @Test func aRefThatWasMissingOnceIsWhatItWas() {
        let ref = KnownRef.make(.branch("a"), "a", isBaseline: true)
        let update = fold([.branch("a", "a")], into: [later(ref) { $0.absences = 1 }])
        #expect(update.known == [ref])
        #expect(update.changes.map(\.kind) == [.reappeared])
    }

    @Test(arguments: ["a", "b"] as [Character])
    func aBranchThatWasGoneComesBackAsANewOne(digit: Character) {
        let ref = KnownRef.make(.branch("a"), "a", isBaseline: true, absences: 2)
        let update = fold([.branch("a", digit)], into: [ref])
        #expect(update.known.map(\.isBaseline) == [false])
        #expect(update.known.map(\.sequence) == [10])
        #expect(update.known.map(\.absences) == [0])
        #expect(update.changes.map(\.kind) == [digit == "a" ? .reappeared : .moved(from: .make("a"))])
    }

    @Test func aBranchThatWasForgottenAndComesBackIsNoBaseline() {
        let update = fold([.branch("a", "a")], into: [])
        #expect(update.known.map(\.isBaseline) == [false])
    }

    @Test func onlyBranchesTagsAndHeadsOfPullRequestsAreRemembered() {
        let update = fold(
            [
                ListedRef(name: RefName("refs/pull/1/head"), target: .make("a")),
                ListedRef(name: RefName("refs/merge-requests/1/head"), target: .make("a")),
                ListedRef(name: RefName("refs/pull/1/merge"), target: .make("a")),
                ListedRef(name: RefName("refs/notes/commits"), target: .make("a")),
            ], into: [], isFirst: true)
        #expect(update.known.map(\.name.pullRequest) == [1, 1])
        #expect(update.nextSequence == 12)
    }

    @Test func ofANameThatIsSaidTwiceTheFirstCounts() {
        let update = fold([.branch("a", "a"), .branch("a", "b")], into: [])
        #expect(update.known.map(\.target) == [.make("a")])
    }

    @Test func namesAreComparedAsBytes() {
        // The same letter, composed and not.
        let update = fold([.branch("\u{e9}", "a"), .branch("e\u{301}", "b")], into: [])
        #expect(update.known.count == 2)
    }
}
