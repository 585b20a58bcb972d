import Builder
import ContainerEngine
import Deployer
import Model
import Store

/// What was broken, and how.
struct Violation: Sendable, CustomStringConvertible {
    /// Which of the invariants of the project's safety list: `I-12`.
    let invariant: String
    let message: String

    var description: String { "\(invariant): \(message)" }

    /// The words of it without names and numbers: what violations of one cause have in common.
    var kind: String {
        let words = message.split(separator: " ").filter { word in
            word.utf8.allSatisfy { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
        }
        return "\(invariant) \(words.joined(separator: " "))"
    }
}

/// Sees everything that happens in a world, and says when something must not.
///
/// It shares no code with what it judges, but for the names of containers and of previews.
final class Oracle {
    /// The world that is judged, which owns this.
    unowned var subject: World?
    private(set) var violation: Violation?

    /// Deliveries that were answered 2xx.
    private var acknowledgedIDs: [(project: ProjectName, id: String)] = []
    /// The releases that staging served, by project.
    private var staged: [ProjectName: Set<Digest>] = [:]
    /// What each environment last served.
    private var served: [EnvironmentID: (commit: ObjectID, ref: String?, index: Int, release: Digest)] = [:]
    /// The routes that each environment was last given.
    private var applied: [EnvironmentID: [Route]] = [:]
    /// The environments that persons touched, and the commits they asked for.
    private var touched: Set<EnvironmentID> = []
    private var requested: Set<ObjectID> = []
    /// Creations that were sent and not confirmed, by life.
    private var unconfirmed: [Int: [String: String]] = [:]
    private var unconfirmedNetworks: [Int: Set<String>] = [:]
    /// When a port was last given up, by whom.
    private var portsGivenUp: [Int: (name: String, at: Int64)] = [:]
    /// The last container that was made for a port.
    private var made: [Int: EngineState.Container] = [:]
    /// The newest epoch that was opened.
    private var newestEpoch: Int64 = 0
    var areLeasesForgotten = false
    var areImagesLost = false
    /// Containers were ended by others than the daemon.
    var isDisturbed = false
    private(set) var areRecordsLost = false
    /// Since when everything but deliveries is as it should be, and since when everything is.
    private var reachedAt: Int64?
    private var settledSince: Int64?
    private var askedAt: Int64 = 0
    /// What was found when it was last asked, and how much had changed by then.
    private var found: (changes: Int, problem: Violation?)?
    private var calmAt: Int64 = 0
    /// How long it took after the last fault until everything was as it should be, in milliseconds.
    private(set) var settling: Int64 = 0

    private var world: World {
        guard let subject else { preconditionFailure("an oracle belongs to a world") }
        return subject
    }

    func fail(_ invariant: String, _ message: String) {
        guard violation == nil else { return }
        violation = Violation(invariant: invariant, message: message)
        world.trace { "VIOLATION \(invariant): \(message)" }
    }

    // Records

    func commits(_ life: Life) {
        newestEpoch = max(newestEpoch, world.lives.map(\.epoch).max() ?? 0)
        if life.epoch < newestEpoch, !areRecordsLost {
            fail("I-13", "life \(life.number) of epoch \(life.epoch) writes after epoch \(newestEpoch) was opened")
        }
    }

    func acknowledged(_ delivery: NewDelivery) {
        acknowledgedIDs.append((delivery.project, delivery.deliveryID))
        if !world.disk.current.deliveries.contains(where: { $0.delivery.deliveryID == delivery.deliveryID }) {
            fail("I-1", "delivery \(delivery.deliveryID) was answered 2xx and is not on disk")
        }
    }

    func recordsLost() {
        areRecordsLost = true
        areLeasesForgotten = true
        acknowledgedIDs = []
    }

    // People

    func personActed(on id: EnvironmentID, commit: ObjectID?) {
        touched.insert(id)
        if let commit { requested.insert(commit) }
    }

    // Containers

    func listedContainers(_ life: Life) { unconfirmed[life.number] = [:] }
    func inspected(_ name: String, _ life: Life) { unconfirmed[life.number]?[name] = nil }
    func listedNetworks(_ life: Life) { unconfirmedNetworks[life.number] = [] }

    /// What a creation is for, whatever its name.
    private static func purpose(_ labels: [String: String]) -> String {
        [Label.project, Label.environment, Label.service, Label.replica, Label.release, Label.configuration]
            .map { labels[$0] ?? "" }.joined(separator: "/")
    }

    func createBegan(_ spec: ContainerSpec, _ life: Life) -> String {
        let purpose = Self.purpose(spec.labels)
        if !life.isDead, let pending = unconfirmed[life.number]?.first(where: { $0.value == purpose })?.key {
            fail("I-14", "\(spec.name) is asked for again while nobody looked what became of \(pending)")
        }
        if !life.isDead { unconfirmed[life.number, default: [:]][spec.name] = purpose }
        return spec.name
    }

    func createConfirmed(_ name: String, _ life: Life) { unconfirmed[life.number]?[name] = nil }

    func networkBegan(_ name: String, _ life: Life) -> String {
        if !life.isDead, unconfirmedNetworks[life.number]?.contains(name) == true {
            fail("I-14", "network \(name) is asked for again while nobody looked what became of it")
        }
        if !life.isDead { unconfirmedNetworks[life.number, default: []].insert(name) }
        return name
    }

    func networkConfirmed(_ name: String, _ life: Life) { unconfirmedNetworks[life.number]?.remove(name) }

    func creates(_ container: EngineState.Container, _ life: Life) {
        guard container.isOurs, let environment = container.environment else {
            return fail("I-12", "container \(container.spec.name) is made without the labels of an environment")
        }
        let siblings = world.engine.containers.values.filter { $0.environment == environment }
        let twin = siblings.first { other in
            other.service == container.service && other.replica == container.replica
                && other.release == container.release && other.configuration == container.configuration
                && other.state != .dead && other.state != .paused && !other.isRetiring && !other.isDisturbed
                && other.spec.image == container.spec.image
        }
        if let twin { fail("I-3", "\(container.spec.name) is made beside \(twin.spec.name), which is the same") }
        if siblings.count >= 12 { fail("I-11", "\(environment) has \(siblings.count) containers") }
        if let port = container.port {
            made[port] = container
            if let given = portsGivenUp[port], !areLeasesForgotten, given.name != container.spec.name,
                world.machine.elapsed - given.at < 86_400_000_000_000
            {
                fail("I-12", "port \(port) of \(given.name) is given to \(container.spec.name) before a day has passed")
            }
        }
        if environment.name.rawValue == "production" { authorises(container, "made") }
    }

    /// Production runs only what staging ran, and what a tag or a person named.
    private func authorises(_ container: EngineState.Container, _ what: String) {
        guard let environment = container.environment, let release = container.release,
            let commit = container.commit, let repository = repository(environment.project)
        else { return }
        if staged[environment.project]?.contains(release) != true, !runsInStaging(release, of: environment.project) {
            fail("I-5", "\(container.spec.name) is \(what) of release \(release.short), which never ran in staging")
        }
        if !repository.alike(commit).contains(where: { repository.taggedCommits.contains($0) || requested.contains($0) }
        ) {
            fail("I-6", "\(container.spec.name) is \(what) for \(commit.short), which nobody tagged or asked for")
        }
    }

    /// Whether staging serves a release whose container was made for a port that was routed there already.
    private func runsInStaging(_ release: Digest, of project: ProjectName) -> Bool {
        let staging = EnvironmentID(project: project, name: .staging)
        return world.proxy.table[staging].flatMap(\.ports).contains { port in
            world.engine.listening(on: port).map { $0.release == release && $0.isProven } ?? false
        }
    }

    /// The daemon changes a container.
    func touches(_ container: EngineState.Container, _ what: String) {
        if !container.isOurs { fail("I-12", "\(what) of \(container.spec.name), which is a stranger's") }
    }

    func touches(_ labels: [String: String], _ what: String) {
        if labels[Label.instance] != World.instance { fail("I-12", "removal of \(what), which is a stranger's") }
    }

    /// The daemon is about to take a container away; whether it may, whatever is served when that happens.
    ///
    /// What is asked for cannot be taken back: it may happen after its cause has gone.
    func retires(_ container: EngineState.Container, _ life: Life) -> Bool {
        container.isRetiring = true
        guard let environment = container.environment else { return false }
        return mayStopFirst(container, environment)
    }

    /// The daemon stops or removes a container now.
    ///
    /// - Parameter isExcused: what ``retires(_:_:)`` said when it was asked for.
    func takesAway(_ container: EngineState.Container, _ life: Life, isExcused: Bool) {
        gone(container)
        // Asked for before another daemon took over: nobody can take it back.
        if life.epoch != world.disk.current.epoch { return }
        guard let port = container.port, container.isAlive, !container.isDisturbed, !isExcused,
            let environment = container.environment
        else { return }
        let isRouted = world.proxy.table[environment].contains { $0.ports.contains(port) }
        if isRouted {
            if !mayStopFirst(container, environment) {
                fail("I-12", "\(container.spec.name) is taken away while requests are sent to it")
            }
        } else if let until = world.proxy.servedUntil[port], !world.proxy.table[environment].isEmpty {
            if world.machine.elapsed - until < 2_000_000_000, !mayStopFirst(container, environment) {
                fail("I-12", "\(container.spec.name) is taken away before it was drained")
            }
        }
    }

    func gone(_ container: EngineState.Container) {
        if let port = container.port { portsGivenUp[port] = (container.spec.name, world.machine.elapsed) }
    }

    /// Whether the service, or what comes in its place, must never run twice at once.
    private func mayStopFirst(_ container: EngineState.Container, _ environment: EnvironmentID) -> Bool {
        guard let repository = repository(environment.project) else { return false }
        var commits = [container.commit].compactMap { $0 }
        let record = world.disk.current.environments[environment.project]?[environment.name]
        commits += [record?.live?.commit].compactMap { $0 }
        if let pinned = record?.pinned {
            commits += record?.healthy.filter { $0.release == pinned }.map(\.commit) ?? []
        }
        commits += world.disk.current.deployments.values.filter {
            $0.environment == environment && !$0.state.isFinal
        }.map(\.commit)
        return commits.contains { commit in
            (repository.tree(of: commit).services ?? []).contains { !$0.definition.overlap }
        }
    }

    // Routes

    /// Routes were asked for and nobody heard whether they moved: what is served now is nobody's decision.
    func unsure(_ environment: EnvironmentID) { served[environment] = nil }

    func routes(_ environment: EnvironmentID, to routes: [Route], _ life: Life) {
        guard let repository = repository(environment.project), !routes.isEmpty else {
            vanishes(environment)
            served[environment] = nil
            applied[environment] = nil
            return
        }
        // Given back to a proxy that had lost them: nothing moves.
        if applied[environment] == routes { return }
        applied[environment] = routes
        var speaker: EngineState.Container?
        for port in routes.flatMap(\.ports) {
            if let listener = world.engine.listening(on: port), listener.environment != environment {
                fail("I-12", "\(environment) is routed to port \(port), where \(listener.spec.name) listens")
            }
            // One that was removed after it was healthy is still what was decided for.
            let found =
                world.engine.listening(on: port) ?? world.engine.ordered.first { $0.port == port } ?? made[port]
            guard let container = found else { continue }
            speaker = container
            // What served before and was started again because its successor failed serves again.
            if !container.isProven, !container.hasServed, !container.isDisturbed {
                fail("I-12", "\(environment) is routed to \(container.spec.name), which nobody saw healthy")
            }
        }
        guard let speaker, let commit = speaker.commit, let release = speaker.release else { return }
        speaker.hasServed = true
        switch environment.name.rawValue {
        case "production":
            authorises(speaker, "served")
            if let before = served[environment], !touched.contains(environment), before.commit != commit {
                let (old, new) = (version(of: before.commit, repository), version(of: commit, repository))
                if let old, let new, new < old {
                    fail("I-4", "production goes from v1.\(old).0 back to v1.\(new).0, and nobody asked for it")
                }
            }
            served[environment] = (commit, nil, 0, release)
            return
        case "staging": staged[environment.project, default: []].insert(release)
        default: break
        }
        let ref = speaker.spec.labels[Label.ref]
        let name = RefName(printable: ref ?? "")
        let index = repository.alike(commit).compactMap { repository.lastListed[name]?[$0] }.max() ?? 0
        if let before = served[environment], before.ref == ref, before.commit != commit, index < before.index,
            !touched.contains(environment), !hasFailed(before.commit, environment)
        {
            fail("I-4", "\(environment) goes back from \(before.commit.short) to \(commit.short)")
        }
        served[environment] = (commit, ref, index, release)
    }

    /// Whether a commit is on record as failed: what ran before comes back then.
    private func hasFailed(_ commit: ObjectID, _ environment: EnvironmentID) -> Bool {
        world.disk.current.environments[environment.project]?[environment.name]?.failed?.commit == commit
    }

    /// An environment is taken away: unknown is not empty.
    private func vanishes(_ environment: EnvironmentID) {
        guard let repository = repository(environment.project), let before = served[environment],
            let ref = before.ref.map({ RefName(printable: $0) }), !touched.contains(environment), !areRecordsLost
        else { return }
        // Nor may anything be sent to what is not the environment's.
        let isTaken = (applied[environment] ?? []).flatMap(\.ports).contains { port in
            if world.engine.takenPorts.contains(port) { return true }
            guard let listener = world.engine.listening(on: port) else { return false }
            return listener.environment != environment
        }
        if isTaken { return }
        // A listing that shows it again may be on its way.
        if let absentAt = repository.absentAt[ref], world.machine.elapsed - absentAt < 3_000_000_000 { return }
        if let absences = repository.absences[ref], absences < 2 {
            fail("I-2", "\(environment) is taken away, and only \(absences) listings in a row lacked \(ref)")
        }
    }

    private func version(of commit: ObjectID, _ repository: Repository) -> Int? {
        // A container that an earlier commit of the same content was made for may serve a later one.
        repository.alike(commit).compactMap { repository.versions[$0]?.max() }.max()
    }

    // Images

    func builds(_ job: BuildJob, began: Int64) {
        let same = world.engine.images.values.first { $0.project == job.project && $0.key == job.key }
        if let same, same.madeAt < began - 5_000_000_000 {
            fail("I-3", "key \(job.key.short) of \(job.project) is built a second time")
        }
    }

    func removes(_ image: EngineState.Image) {
        if image.isForeign { return fail("I-12", "a stranger's image is removed") }
        // What has only just come into use the engine itself keeps: a container is made of it.
        let isNew = world.engine.containers.values.contains {
            $0.spec.image == image.id && world.machine.elapsed - $0.startedAt < 10_000_000_000
        }
        if isNew { return }
        for (project, records) in world.disk.current.environments where project == image.project {
            for record in records.values {
                // The same of what has only just become live.
                if let live = record.live, abs(world.wall.since(live.since) / .seconds(1)) < 10 { continue }
                var needed = Set(record.healthy.suffix(1).map(\.release))
                needed.formUnion([record.live?.release, record.pinned].compactMap { $0 })
                for digest in needed {
                    let release = world.disk.current.releases[project]?[digest]
                    if release?.services.contains(where: { $0.image == image.id }) == true {
                        fail("I-3", "the image of release \(digest.short), which \(record.id) needs, is removed")
                    }
                }
            }
        }
    }

    private func repository(_ project: ProjectName) -> Repository? {
        world.repositories.first { $0.name == project }
    }

    // The end

    func calmBegan() {
        calmAt = world.machine.elapsed
        askedAt = 0
    }

    /// How long it may take to get there, whatever happened before.
    private static let patience: Int64 = 60_000_000_000
    /// How long it may take until a world has had as many calls as each must have.
    private static let silence: Int64 = 1_800_000_000_000
    /// How long a delivery may stay open: what it announces is waited for, for five minutes, and Git may show it never.
    private static let deliveryPatience: Int64 = 330_000_000_000

    /// Whether the world is calm, and has been as it should be for long enough; or never will be.
    var isSettled: Bool {
        guard world.isCalm else { return false }
        let now = world.machine.elapsed
        // What is under way will change something: it is not asked for long what that is.
        guard now - askedAt >= (world.underWay > 0 ? 6_000_000_000 : 2_000_000_000) else { return false }
        askedAt = now
        if let problem = unfinishedNow() {
            (reachedAt, settledSince) = (nil, nil)
            return isOver(Self.patience, problem)
        }
        let reached = reachedAt ?? now
        reachedAt = reached
        settling = (reached - calmAt) / 1_000_000
        if let problem = openDelivery() {
            settledSince = nil
            return isOver(Self.deliveryPatience, problem)
        }
        let since = settledSince ?? now
        settledSince = since
        guard now - since >= world.rest else { return false }
        if world.steps >= Runs.leastSteps { return true }
        // A daemon that lives looks at its proxy and its remotes for ever.
        return isOver(Self.silence, Violation(invariant: "I-10", message: "the daemon asks for nothing any more"))
    }

    private func isOver(_ patience: Int64, _ problem: Violation) -> Bool {
        guard world.machine.elapsed - calmAt > patience else { return false }
        violation = problem
        return true
    }

    /// What is not yet as it should be; looked at anew only where something may have changed since.
    private func unfinishedNow() -> Violation? {
        if let found, found.changes == world.changes { return found.problem }
        let problem = unfinished()
        found = (world.changes, problem)
        return problem
    }

    /// What is not yet as it should be at the end, but for deliveries.
    func unfinished() -> Violation? {
        guard let life = world.running, life.control != nil else {
            return Violation(invariant: "I-10", message: "no daemon runs")
        }
        guard world.proxy.isRunning else { return Violation(invariant: "I-10", message: "the proxy does not run") }
        for repository in world.repositories {
            if let violation = Expectation(world: world, repository: repository, oracle: self).unfinished() {
                return violation
            }
        }
        return nil
    }

    /// A delivery that was answered 2xx and of which nothing has come yet.
    func openDelivery() -> Violation? {
        for (project, id) in acknowledgedIDs {
            let row = world.disk.current.deliveries.first {
                $0.delivery.deliveryID == id && $0.delivery.project == project
            }
            guard let row else { return Violation(invariant: "I-1", message: "delivery \(id) is lost") }
            guard row.outcome != nil else {
                return Violation(invariant: "I-1", message: "nothing ever came of delivery \(id)")
            }
        }
        return nil
    }

    func wasTouched(_ id: EnvironmentID) -> Bool { touched.contains(id) }
}
