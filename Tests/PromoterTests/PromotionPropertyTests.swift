import Model
import Promoter
import Testing

/// What holds in every world, tried on many; a failure names the seed that shows it.
struct PromotionPropertyTests {
    private static let cases = (0..<1500 as Range<UInt64>).map { seed in
        var world = World.random(seed: seed)
        switch seed % 10 {
        case 8: world.facts.policy = .invalid(message: "line 1", lastGood: nil)
        case 9: world.facts.policy = .unknown
        default: break
        }
        return (world: world, decision: world.decision, seed: seed)
    }

    private func inEveryWorld(_ check: (World, Promotion.Decision, UInt64) throws -> Void) rethrows {
        for entry in Self.cases { try check(entry.world, entry.decision, entry.seed) }
    }

    @Test func deletesOnlyPreviewsWhoseBranchIsGone() {
        inEveryWorld { world, decision, seed in
            for wish in decision.wishes where wish.intent == .delete {
                let record = world.facts.environments.first { $0.id == wish.environment }
                let ref = world.facts.refs.first { $0.name == record?.ref }
                #expect(wish.kind == .preview && record?.kind == .preview, "seed \(seed)")
                #expect(ref?.isGone == true && record?.hold == nil, "seed \(seed)")
            }
        }
    }

    @Test func neverDeletesManyPreviewsUnasked() {
        inEveryWorld { world, decision, seed in
            let deletions = decision.wishes.filter { $0.intent == .delete }.count
            let previews = world.facts.environments.filter { $0.kind == .preview }.count
            let isMany = deletions > 5 && deletions * 2 > previews
            #expect(!isMany || world.facts.areDeletionsApproved, "seed \(seed)")
        }
    }

    @Test func everyEnvironmentHasExactlyOneWish() {
        inEveryWorld { world, decision, seed in
            let wished = decision.wishes.map(\.environment)
            #expect(Set(wished).count == wished.count, "seed \(seed)")
            #expect(Set(world.facts.environments.map(\.id)).isSubset(of: Set(wished)), "seed \(seed)")
        }
    }

    @Test func everyWishSaysWhyInPrintableWords() {
        inEveryWorld { _, decision, seed in
            for wish in decision.wishes {
                #expect(!wish.reason.isEmpty && printable(wish.reason.utf8) == wish.reason, "seed \(seed)")
                if case .wait(_, let gates) = wish.intent {
                    #expect(!gates.isEmpty && gates.allSatisfy { !$0.blocker.isEmpty }, "seed \(seed)")
                }
            }
        }
    }

    @Test func promotesOnlyWhatTheGateHasSeenHealthy() {
        inEveryWorld { world, decision, seed in
            guard case .known(let policies) = world.facts.policy, let policy = policies.production,
                let after = (world.facts.livePolicy ?? policy).after
            else { return }
            let production = decision.wishes.first { $0.kind == .production }
            if case .run = production?.intent { Issue.record("seed \(seed): runs without its gate") }
            guard case .promote(let commit, let release) = production?.intent else { return }
            let live = world.facts.environments.first { $0.kind == .production }?.live
            let gate = world.facts.environments.first { $0.id.name == after }
            var passed = gate?.healthy.map { ($0.commit, $0.content, $0.release) } ?? []
            if let live = gate?.live { passed.append((live.commit, live.content, live.release)) }
            var content: Digest?
            if case .ready(let candidate) = world.facts.candidates[commit] { content = candidate.content }
            let isLive = live?.commit == commit && live?.release == release
            #expect(
                isLive || passed.contains { $0.2 == release && ($0.0 == commit || $0.1 == content) }, "seed \(seed)")
        }
    }

    @Test func productionNeverGoesToALowerVersionByItself() {
        inEveryWorld { world, decision, seed in
            guard world.facts.requests[.production] == nil,
                let record = world.facts.environments.first(where: { $0.kind == .production }),
                let live = record.live, let running = record.ref.flatMap({ SemanticVersion($0.short) }),
                let wish = decision.wishes.first(where: { $0.kind == .production }),
                let next = wish.ref.flatMap({ SemanticVersion($0.short) })
            else { return }
            switch wish.intent {
            case .run(let commit), .promote(let commit, _):
                #expect(!(next < running) || commit == live.commit, "seed \(seed)")
            default: break
            }
        }
    }

    @Test func nothingBeginsWithoutAPolicy() {
        inEveryWorld { world, decision, seed in
            if case .known = world.facts.policy { return }
            for wish in decision.wishes {
                switch wish.intent {
                case .run, .promote: Issue.record("seed \(seed): \(wish)")
                default: break
                }
            }
        }
    }

    @Test func holdsAlwaysWin() {
        inEveryWorld { world, decision, seed in
            for record in world.facts.environments {
                guard let hold = record.hold else { continue }
                let wish = decision.wishes.first { $0.environment == record.id }
                #expect(wish?.intent == .held(hold), "seed \(seed)")
            }
        }
    }

    @Test func previewsThatRunStayUnderTheLimit() {
        inEveryWorld { world, decision, seed in
            guard case .known(let policies) = world.facts.policy, let limit = policies.preview?.limit,
                world.facts.requests.isEmpty, world.facts.environments.allSatisfy({ $0.hold == nil })
            else { return }
            let running = decision.wishes.filter { wish in
                guard wish.kind == .preview, case .run = wish.intent else { return false }
                return true
            }
            #expect(running.count <= limit, "seed \(seed)")
        }
    }

    @Test func dependsOnFactsAloneNotOnTheirOrder() {
        inEveryWorld { world, decision, seed in
            var random = SeededGenerator(seed: seed)
            var shuffled = world
            shuffled.facts.refs.shuffle(using: &random)
            shuffled.facts.environments.shuffle(using: &random)
            #expect(shuffled.decision == decision, "seed \(seed)")
            #expect(world.decision == decision, "seed \(seed)")
        }
    }

    @Test func asksForNothingTwiceAndOnlyForRefsThatAreThere() {
        inEveryWorld { world, decision, seed in
            #expect(decision.neededCommits == Set(decision.neededCommits).sorted(), "seed \(seed)")
            #expect(decision.wantedRefs == Set(decision.wantedRefs).sorted(), "seed \(seed)")
            for ref in decision.wantedRefs {
                #expect(world.facts.refs.contains { $0.name == ref && $0.absences == 0 }, "seed \(seed)")
            }
        }
    }

    /// Carries every wish out, as a daemon whose deployments all succeed would, until nothing changes.
    @Test func comesToRest() {
        inEveryWorld { start, _, seed in
            var world = start
            for commit in 0..<12 where world.facts.candidates[.number(commit)] == nil { world.read(commit) }
            var rounds = 0
            while world.carryOut(world.decision.wishes), rounds < 10 { rounds += 1 }
            #expect(rounds < 10, "seed \(seed) never rests")
        }
    }
}

extension World {
    /// Does what the wishes say; whether anything changed.
    fileprivate mutating func carryOut(_ wishes: [EnvironmentWish]) -> Bool {
        let before = facts
        for wish in wishes {
            let name = wish.environment.name.rawValue
            let commit: ObjectID
            switch wish.intent {
            case .delete:
                facts.environments.removeAll { $0.id == wish.environment }
                continue
            case .run(let wanted): commit = wanted
            case .promote(let wanted, _): commit = wanted
            case .wait, .held, .orphaned: continue
            }
            guard let number = (0..<12).first(where: { .number($0) == commit }) else { continue }
            let isLive = facts.environments.first { $0.id == wish.environment }?.live?.commit == commit
            environment(name, kind: wish.kind, ref: wish.ref, live: isLive ? nil : number) {
                $0.inProgress = nil
                $0.failed = nil
            }
        }
        return Set(facts.environments) != Set(before.environments)
    }
}
