import Lifecycle
package import Model
package import SQLite
package import Store

/// What the daemon remembers, as its loops need it. ``Store/Ledger`` keeps it in SQLite.
///
/// Every writing call is one transaction, and fails with ``SQLite/SQLiteError/Code/staleEpoch`` once another daemon
/// has opened the same records.
package protocol Records: Sendable {
    /// Proves that the records can be written and are still this daemon's, without changing anything.
    func prove() async throws(SQLiteError)

    /// Remembers that what ran before there were these records has been taken in.
    func markAdopted() async throws(SQLiteError)

    /// The projects that wait for a person since the records were put in another's place, and why.
    func doubts() async throws(SQLiteError) -> [ProjectName: Restoration]
    /// Notes that a person has looked at a project: it follows Git again.
    func confirm(_ project: ProjectName, events: [NewEvent]) async throws(SQLiteError)

    /// The projects, ordered by name.
    func projects() async throws(SQLiteError) -> [StoredProject]
    /// Remembers a project, new or changed.
    func save(_ project: StoredProject) async throws(SQLiteError)
    /// What is remembered of a project's refs, ordered by name.
    func knownRefs(of project: ProjectName) async throws(SQLiteError) -> [KnownRef]
    /// Remembers what a listing changed.
    func save(
        refs: [KnownRef], removing: [RefName], of project: StoredProject, events: [NewEvent]
    ) async throws(SQLiteError)

    /// What is remembered of a project's environments, ordered by name.
    func environments(of project: ProjectName) async throws(SQLiteError) -> [EnvironmentRecord]
    /// Remembers an environment, new or changed, and what happened to it.
    func save(_ environment: EnvironmentRecord, events: [NewEvent]) async throws(SQLiteError)
    /// Forgets an environment; its deployments stay as history.
    func delete(environment: EnvironmentID, events: [NewEvent]) async throws(SQLiteError)

    /// Records that a deployment was asked for, and gives it its number.
    func beginDeployment(
        environment: EnvironmentID, kind: EnvironmentKind, commit: ObjectID, ref: RefName?, cause: String,
        at: Timestamp
    ) async throws(SQLiteError) -> Deployment
    /// Records how far a deployment is, with the environment it changed and what happened, in one transaction.
    func save(
        _ deployment: Deployment, environment: EnvironmentRecord?, replacing previous: Int64?, events: [NewEvent]
    ) async throws(SQLiteError)
    /// The newest deployments of a project, or of one of its environments, newest first.
    func deployments(
        of project: ProjectName, environment: EnvironmentName?, limit: Int
    ) async throws(SQLiteError) -> [Deployment]

    /// Records that a build begins, and gives it its number.
    func beginBuild(
        project: ProjectName, service: String, key: Digest, commit: ObjectID, at: Timestamp
    ) async throws(SQLiteError) -> BuildRecord
    /// Records how far a build is, or how it ended.
    func finish(_ build: BuildRecord) async throws(SQLiteError)
    /// The newest builds of a project, newest first.
    func builds(of project: ProjectName, limit: Int) async throws(SQLiteError) -> [BuildRecord]

    /// Forgets a project and its refs; its history stays.
    func delete(project: ProjectName) async throws(SQLiteError)

    /// The image that was built for a key; it may be gone from the engine by now.
    func image(builtFor key: Digest, project: ProjectName) async throws(SQLiteError) -> ImageID?
    /// Remembers which image was built for a key.
    func remember(image: ImageID, key: Digest, project: ProjectName) async throws(SQLiteError)
    /// Forgets an image that is gone, whatever it was built for.
    func forget(image: ImageID) async throws(SQLiteError)
    /// Remembers what a build may have left in the engine.
    func remember(_ traces: BuildTraces) async throws(SQLiteError)
    /// The images that builds may have left, the one that was used longest ago first.
    func buildTraces() async throws(SQLiteError) -> [BuildTrace]
    /// Forgets images that are gone, or turned out to be no build's of ours.
    func forget(traces: [BuildTrace]) async throws(SQLiteError)
    /// The images that were built for a project, newest first.
    func images(of project: ProjectName) async throws(SQLiteError) -> [ImageID]
    /// Remembers a release and that this commit yields it.
    func save(_ release: Release, of project: ProjectName, commit: ObjectID) async throws(SQLiteError)
    /// The release of that id.
    func release(_ id: Digest, of project: ProjectName) async throws(SQLiteError) -> Release?

    /// Every port that was ever chosen and is not forgotten, ordered by port.
    func portLeases() async throws(SQLiteError) -> [PortLease]
    /// Remembers a lease; a port has one.
    func save(_ lease: PortLease) async throws(SQLiteError)

    /// Records a delivery and returns once it is on disk.
    func record(_ delivery: NewDelivery) async throws(SQLiteError) -> Recording
    /// Records a delivery and calls back, from any thread, once it is on disk or could not be put there.
    func record(
        _ delivery: NewDelivery, then done: @escaping @Sendable (Result<Recording, SQLiteError>) -> Void)
    /// The place of a delivery in the order, where it is on disk and nothing has come of it yet.
    func openSequence(of delivery: NewDelivery) async throws(SQLiteError) -> Int64?
    /// Says what came of every unsettled delivery of a project up to a sequence number, but for some.
    func settle(
        of project: ProjectName, upTo sequence: Int64, except open: [Int64], outcome: String
    ) async throws(SQLiteError)
    /// The newest deliveries of a project that announce something and of which nothing has come yet, oldest first.
    func openAnnouncements(of project: ProjectName) async throws(SQLiteError) -> [Delivery]
    /// Records events.
    func append(_ events: [NewEvent]) async throws(SQLiteError)
    /// Events after a sequence number, oldest first; without one the newest, oldest first.
    func events(project: ProjectName?, after: Int64?, limit: Int) async throws(SQLiteError) -> [DaemonEvent]
    /// Removes what no limit allows any more.
    func retain(now: Timestamp) async throws(SQLiteError)
}

extension Ledger: Records {}

extension Records {
    /// Records that cannot be put in another's place are never in doubt.
    package func doubts() async throws(SQLiteError) -> [ProjectName: Restoration] { [:] }
    package func confirm(_ project: ProjectName, events: [NewEvent]) async throws(SQLiteError) {}

    package func record(
        _ delivery: NewDelivery, then done: @escaping @Sendable (Result<Recording, SQLiteError>) -> Void
    ) {
        _ = BackgroundWork {
            do throws(SQLiteError) {
                done(.success(try await record(delivery)))
            } catch {
                done(.failure(error))
            }
        }
    }
}
