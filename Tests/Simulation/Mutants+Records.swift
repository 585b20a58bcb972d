import Daemon
import Model
import SQLite
import Store

/// Records that pass everything on, but for what a mutant changes.
protocol PassingRecords: Records {
    var real: SimulatedRecords { get }
}

extension PassingRecords {
    func prove() async throws(SQLiteError) {
        try await real.prove()
    }
    func markAdopted() async throws(SQLiteError) {
        try await real.markAdopted()
    }
    func projects() async throws(SQLiteError) -> [StoredProject] {
        try await real.projects()
    }
    func save(_ project: StoredProject) async throws(SQLiteError) {
        try await real.save(project)
    }
    func knownRefs(of project: ProjectName) async throws(SQLiteError) -> [KnownRef] {
        try await real.knownRefs(of: project)
    }
    func save(
        refs: [KnownRef], removing: [RefName], of project: StoredProject, events: [NewEvent]
    ) async throws(SQLiteError) {
        try await real.save(refs: refs, removing: removing, of: project, events: events)
    }
    func environments(of project: ProjectName) async throws(SQLiteError) -> [EnvironmentRecord] {
        try await real.environments(of: project)
    }
    func save(_ environment: EnvironmentRecord, events: [NewEvent]) async throws(SQLiteError) {
        try await real.save(environment, events: events)
    }
    func delete(environment: EnvironmentID, events: [NewEvent]) async throws(SQLiteError) {
        try await real.delete(environment: environment, events: events)
    }
    func beginDeployment(
        environment: EnvironmentID, kind: EnvironmentKind, commit: ObjectID, ref: RefName?, cause: String, at: Timestamp
    ) async throws(SQLiteError) -> Deployment {
        try await real.beginDeployment(
            environment: environment, kind: kind, commit: commit, ref: ref, cause: cause, at: at)
    }
    func save(
        _ deployment: Deployment, environment: EnvironmentRecord?, replacing previous: Int64?, events: [NewEvent]
    ) async throws(SQLiteError) {
        try await real.save(deployment, environment: environment, replacing: previous, events: events)
    }
    func deployments(
        of project: ProjectName, environment: EnvironmentName?, limit: Int
    ) async throws(SQLiteError) -> [Deployment] {
        try await real.deployments(of: project, environment: environment, limit: limit)
    }
    func beginBuild(
        project: ProjectName, service: String, key: Digest, commit: ObjectID, at: Timestamp
    ) async throws(SQLiteError) -> BuildRecord {
        try await real.beginBuild(project: project, service: service, key: key, commit: commit, at: at)
    }
    func finish(_ build: BuildRecord) async throws(SQLiteError) {
        try await real.finish(build)
    }
    func builds(of project: ProjectName, limit: Int) async throws(SQLiteError) -> [BuildRecord] {
        try await real.builds(of: project, limit: limit)
    }
    func delete(project: ProjectName) async throws(SQLiteError) {
        try await real.delete(project: project)
    }
    func image(builtFor key: Digest, project: ProjectName) async throws(SQLiteError) -> ImageID? {
        try await real.image(builtFor: key, project: project)
    }
    func remember(image: ImageID, key: Digest, project: ProjectName) async throws(SQLiteError) {
        try await real.remember(image: image, key: key, project: project)
    }
    func remember(_ traces: BuildTraces) async throws(SQLiteError) { try await real.remember(traces) }
    func buildTraces() async throws(SQLiteError) -> [BuildTrace] { try await real.buildTraces() }
    func forget(traces: [BuildTrace]) async throws(SQLiteError) { try await real.forget(traces: traces) }
    func forget(image: ImageID) async throws(SQLiteError) {
        try await real.forget(image: image)
    }
    func images(of project: ProjectName) async throws(SQLiteError) -> [ImageID] {
        try await real.images(of: project)
    }
    func save(_ release: Release, of project: ProjectName, commit: ObjectID) async throws(SQLiteError) {
        try await real.save(release, of: project, commit: commit)
    }
    func release(_ id: Digest, of project: ProjectName) async throws(SQLiteError) -> Release? {
        try await real.release(id, of: project)
    }
    func portLeases() async throws(SQLiteError) -> [PortLease] {
        try await real.portLeases()
    }
    func save(_ lease: PortLease) async throws(SQLiteError) {
        try await real.save(lease)
    }
    func record(_ delivery: NewDelivery) async throws(SQLiteError) -> Recording {
        try await real.record(delivery)
    }
    func openSequence(of delivery: NewDelivery) async throws(SQLiteError) -> Int64? {
        try await real.openSequence(of: delivery)
    }
    func settle(
        of project: ProjectName, upTo sequence: Int64, except open: [Int64], outcome: String
    ) async throws(SQLiteError) {
        try await real.settle(of: project, upTo: sequence, except: open, outcome: outcome)
    }
    func openAnnouncements(of project: ProjectName) async throws(SQLiteError) -> [Delivery] {
        try await real.openAnnouncements(of: project)
    }
    func append(_ events: [NewEvent]) async throws(SQLiteError) {
        try await real.append(events)
    }
    func events(project: ProjectName?, after: Int64?, limit: Int) async throws(SQLiteError) -> [DaemonEvent] {
        try await real.events(project: project, after: after, limit: limit)
    }
    func retain(now: Timestamp) async throws(SQLiteError) {
        try await real.retain(now: now)
    }
}

/// A delivery is answered before it is on disk, where it comes a little later, if nothing happens.
// Unchecked: see SimulatedMachine.
struct ForgetfulRecords: PassingRecords, @unchecked Sendable {
    let real: SimulatedRecords
    let world: World
    let life: Life

    func record(_ delivery: NewDelivery) async throws(SQLiteError) -> Recording {
        let real = real
        world.machine.after(milliseconds: 40) { Task { try? await real.record(delivery) } }
        return .duplicate
    }
}

/// Whoever opened the records since: they are written as if they were still ours.
// Unchecked: see SimulatedMachine.
struct EpochlessRecords: PassingRecords, @unchecked Sendable {
    let real: SimulatedRecords
    let world: World
    let life: Life

    func append(_ events: [NewEvent]) async throws(SQLiteError) {
        guard !life.isDead else { return try await real.append(events) }
        world.oracle.commits(life)
        world.disk.commit(isDurable: true) { $0.events += events.count }
    }

    func save(_ lease: PortLease) async throws(SQLiteError) {
        guard !life.isDead else { return try await real.save(lease) }
        world.oracle.commits(life)
        world.disk.commit(isDurable: false) { $0.leases[lease.port] = lease }
    }

    func settle(
        of project: ProjectName, upTo sequence: Int64, except open: [Int64], outcome: String
    ) async throws(SQLiteError) {
        if !life.isDead { world.oracle.commits(life) }
        try await real.settle(of: project, upTo: sequence, except: open, outcome: outcome)
    }
}
