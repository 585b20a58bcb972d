import ContainerEngine
import Daemon
import Deployer
import Model
import Promoter
import SQLite
import Store
import Watcher

/// The daemon with one thing wrong, each in a way that would hurt somebody: the simulation must notice every one.
enum Mutants {
    static let all: [Variant] = [
        // Records
        Variant(
            name: "acknowledges a delivery before it is on disk",
            records: { records, world, life in
                ForgetfulRecords(real: records, world: world, life: life)
            }),
        Variant(
            name: "writes under a stale epoch",
            records: { records, world, life in
                EpochlessRecords(real: records, world: world, life: life)
            }),
        // The remote
        Variant(name: "takes a failed listing for an empty one", remotes: { EmptyWhenFailed(real: $0) }),
        deciding("deletes a preview after one listing") { decisions in
            let fold = decisions.folding
            decisions.folding = { listing, known, isFirst, next, now in
                var update = fold(listing, known, isFirst, next, now)
                update.known = update.known.map { ref in
                    var ref = ref
                    if ref.absences == 1 { ref.absences = 2 }
                    return ref
                }
                return update
            }
        },
        deciding("follows the tip before the last one") { decisions in
            let fold = decisions.folding
            decisions.folding = { listing, known, isFirst, next, now in
                let update = fold(listing, known, isFirst, next, now)
                // What a delivery announced first wins, whatever came since.
                let old = Dictionary(known.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
                return RefUpdate(
                    known: update.known.map { ref in
                        guard ref.name.isBranch, let before = old[ref.name], before.commit != ref.commit else {
                            return ref
                        }
                        return before
                    }, changes: update.changes, nextSequence: update.nextSequence)
            }
        },
        // What should run
        deciding("production takes what staging never ran") { decisions in
            let wishes = decisions.wishes
            decisions.wishes = { facts in
                var facts = facts
                facts.livePolicy = nil
                if case .known(var policies) = facts.policy {
                    policies.production?.after = nil
                    facts.policy = .known(policies)
                }
                return wishes(facts)
            }
        },
        deciding("production follows a lower version") { decisions in
            let wishes = decisions.wishes
            decisions.wishes = { facts in
                var facts = facts
                let tags = facts.refs.filter(\.name.isTag).map(\.name).sorted()
                if tags.count > 1 { facts.refs.removeAll { $0.name == tags.last } }
                for index in facts.environments.indices where facts.environments[index].kind == .production {
                    facts.environments[index].ref = nil
                }
                return wishes(facts)
            }
        },
        deciding("promotes to production what is at the default branch") { decisions in
            let wishes = decisions.wishes
            decisions.wishes = { facts in
                let decision = wishes(facts)
                let staging = facts.environments.first { $0.kind == .staging }
                return Promotion.Decision(
                    wishes: decision.wishes.map { wish in
                        guard wish.kind == .production, let live = staging?.live else { return wish }
                        return EnvironmentWish(
                            environment: wish.environment, kind: wish.kind, ref: wish.ref,
                            intent: .promote(commit: live.commit, release: live.release), reason: "wrong")
                    }, neededCommits: decision.neededCommits, wantedRefs: decision.wantedRefs)
            }
        },
        deciding("never deletes a preview") { decisions in
            let wishes = decisions.wishes
            decisions.wishes = { facts in
                let decision = wishes(facts)
                return Promotion.Decision(
                    wishes: decision.wishes.filter { $0.intent != .delete }, neededCommits: decision.neededCommits,
                    wantedRefs: decision.wantedRefs)
            }
        },
        deciding("removes images that live releases need") { decisions in
            decisions.keptReleases = { _ in [] }
        },
        deciding("expires previews by the wall clock") { decisions in
            let wall = WallMemory()
            decisions.leftAlone = { elapsed, _ in wall.passed() ?? elapsed }
        },
        deciding("goes on with work for a commit that is no longer the newest") { decisions in
            let target = decisions.target
            decisions.target = { machine in machine.record.inProgress ?? target(machine) }
        },
        // What an environment does
        deciding("does not mend what runs") { decisions in
            let next = decisions.next
            decisions.next = { machine, now in
                let action = next(machine, now)
                return action == .repair ? .rest(until: nil) : action
            }
        },
        deciding("does not remove what was replaced") { decisions in
            let next = decisions.next
            decisions.next = { machine, now in
                let action = next(machine, now)
                return action == .sweep ? .rest(until: nil) : action
            }
        },
        deciding("never tries again") { decisions in
            let next = decisions.next
            decisions.next = { machine, now in
                if case .deploy = next(machine, now), machine.record.failed?.commit == machine.target {
                    return .rest(until: nil)
                }
                return next(machine, now)
            }
        },
        // How it is deployed
        deploying("routes before health") { deciding in
            let steps = deciding.steps
            deciding.steps = { observed, wanted in
                steps(observed, wanted).map { step in
                    guard case .launch(var launches) = step else { return step }
                    for launch in launches.indices {
                        launches[launch].containers.removeAll { container in
                            if case .check = container.action { true } else { false }
                        }
                    }
                    launches.removeAll { $0.containers.isEmpty }
                    return .launch(launches)
                }
            }
        },
        deploying("stops the old container before the new one is healthy") { deciding in
            let steps = deciding.steps
            deciding.steps = { observed, wanted in
                steps(observed, wanted).map { step in
                    guard case .launch(var launches) = step else { return step }
                    for launch in launches.indices {
                        let old = observed.containers.filter {
                            $0.labels.service == launches[launch].service && $0.isAlive
                                && $0.labels.release != wanted.release.id
                        }
                        launches[launch].stopsFirst = old.map { ContainerReference($0) }
                    }
                    return .launch(launches)
                }
            }
        },
        deploying("takes the old container away without draining it") { deciding in
            let sweep = deciding.sweep
            deciding.sweep = { observed, wanted in
                sweep(observed, wanted).map { step in
                    guard case .retire(var retirement) = step else { return step }
                    retirement.drainTimeout = .zero
                    return .retire(retirement)
                }
            }
        },
        deploying("leaves the network behind") { deciding in
            let removal = deciding.removal
            deciding.removal = { observed in
                removal(observed).filter { if case .removeNetwork = $0 { false } else { true } }
            }
        },
        // The engine
        Variant(
            name: "asks again for a container under another name",
            engine: { engine, _ in
                RepeatingEngine(real: engine)
            }),
        Variant(
            name: "asks again for a container without looking",
            engine: { engine, _ in
                ImpatientEngine(real: engine)
            }),
        // The proxy
        Variant(name: "believes that routes were written", routes: { routes, _ in DroppingRoutes(real: routes) }),
    ]

    private static func deciding(_ name: String, _ change: (inout Decisions) -> Void) -> Variant {
        var variant = Variant(name: name)
        change(&variant.decisions)
        return variant
    }

    private static func deploying(_ name: String, _ change: (inout DeploymentDecisions) -> Void) -> Variant {
        var variant = Variant(name: name)
        change(&variant.deciding)
        return variant
    }
}

/// Measures time by the wall clock, which jumps.
// Unchecked: see SimulatedMachine.
private final class WallMemory: @unchecked Sendable {
    private var last: (elapsed: Int64, wall: Int64)?

    /// What passed on the wall clock since this was last asked in the same world.
    func passed() -> Duration? {
        let machine = SimulatedMachine.shared
        let now = (elapsed: machine.elapsed, wall: machine.wallMilliseconds)
        defer { last = now }
        guard let last, last.elapsed <= now.elapsed else { return nil }
        return .milliseconds(now.wall - last.wall)
    }
}

/// A failed listing is an empty one.
private struct EmptyWhenFailed: RemoteLister {
    let real: any RemoteLister

    func list(
        _ addresses: [RemoteAddress], credential: RemoteCredential
    ) async -> [Result<RefListing, StageFailure>] {
        await real.list(addresses, credential: credential).map { result in
            if case .failure(let failure) = result, failure.verdict != .cancelled {
                return .success(RefListing(head: nil, refs: []))
            }
            return result
        }
    }
}

/// A write of routes that fails is taken for done.
private struct DroppingRoutes: RouteStore {
    let real: any RouteStore

    func read() async throws(StageFailure) -> RouteTable { try await real.read() }
    func apply(_ table: RouteTable) async -> [EnvironmentID: StageFailure] {
        _ = await real.apply(table)
        return [:]
    }
    func tryWriting() async throws(StageFailure) {}
    func isIntact() async -> Bool { true }
    func distrust() async { await real.distrust() }
}
