/// The boundaries at which a test can have the program die, fail or stand still.
///
/// In a release build passing one is nothing at all: neither the names nor the variable are in the program. In a debug
/// build `SLIPWAY_FAILPOINT` says what happens where: `name:nth:action`, several separated by commas, or `@` and the path
/// of a file with one on each line; see ``FailpointPlan``.
public enum Failpoint {}

#if DEBUG
extension Failpoint {
    /// Passes a boundary at which there is nothing to throw.
    package static func pass(_ name: StaticString) { _ = FailpointPlan.current?.reach(name) }

    /// Passes a boundary that can fail as what stands behind it fails.
    ///
    /// - Parameter failure: the error that is thrown, told whether the disk is said to be full.
    package static func pass<Failure: Error>(
        _ name: StaticString, _ failure: (_ isDiskFull: Bool) -> Failure
    ) throws(Failure) {
        if let fault = FailpointPlan.current?.reach(name) { throw failure(fault == .enospc) }
    }

    /// What a child of the program needs in its environment to have the same boundaries.
    package static var environment: [String: String] {
        FailpointPlan.current.map { [FailpointPlan.variable: $0.text] } ?? [:]
    }
}
#else
// Public, as nothing else here: the compiler puts only public functions into the modules that call them, and only there
// does nothing remain of a call, not even the name.
extension Failpoint {
    /// Nothing.
    @inlinable @inline(__always)
    public static func pass(_ name: StaticString) {}

    /// Nothing.
    @inlinable @inline(__always)
    public static func pass<Failure: Error>(
        _ name: StaticString, _ failure: (_ isDiskFull: Bool) -> Failure
    ) throws(Failure) {}

    /// Nothing.
    @inlinable @inline(__always)
    public static var environment: [String: String] { [:] }
}
#endif

#if DEBUG
extension Failpoint {
    /// Every boundary there is, by the names of the pipeline's stages.
    package enum Point: String, CaseIterable, Sendable {
        case ingestHeadersRead = "ingest.headers.read"
        case ingestBodyRead = "ingest.body.read"
        case ingestVerifyDone = "ingest.verify.done"
        case ingestRowBeforeCommit = "ingest.row.before_commit"
        case ingestRowAfterCommit = "ingest.row.after_commit"
        case ingestResponseAfter = "ingest.response.after"

        case pollBeforeSpawn = "poll.before_spawn"
        case pollChildStarted = "poll.child.started"
        case pollRefsListed = "poll.refs.listed"
        case pollObjectsPartial = "poll.objects.partial"
        case pollObjectsDone = "poll.objects.done"
        case pollRefsBeforeCommit = "poll.refs.before_commit"
        case pollRefsAfterCommit = "poll.refs.after_commit"

        case planReadWorld = "plan.read.world"
        case planDecide = "plan.decide"
        case planIntentBeforeCommit = "plan.intent.before_commit"
        case planIntentAfterCommit = "plan.intent.after_commit"

        case buildTarFirst = "build.tar.first"
        case buildTarMid = "build.tar.mid"
        case buildRequestSent = "build.request.sent"
        case buildStreamMid = "build.stream.mid"
        case buildImageSeen = "build.image.id_seen"
        case buildRecordBefore = "build.record.before"
        case buildRecordAfter = "build.record.after"
        case buildCancelSent = "build.cancel.sent"

        case deployNetworkCreated = "deploy.network.created"
        case deployVolumeCreated = "deploy.volume.created"
        case deployContainerCreated = "deploy.container.created"
        case deployCreateRecorded = "deploy.create.recorded"
        case deployContainerStarted = "deploy.container.started"
        case deployHealthFirstOK = "deploy.health.first_ok"
        case deployRouteWritten = "deploy.route.written"
        case deployProxyReloaded = "deploy.proxy.reloaded"
        case deployOldDrained = "deploy.old.drained"
        case deployOldStopped = "deploy.old.stopped"
        case deployOldRemoved = "deploy.old.removed"
        case deployFinalBeforeCommit = "deploy.final.before_commit"
        case deployFinalAfterCommit = "deploy.final.after_commit"

        case promoteTagSeen = "promote.tag.seen"
        case promoteDigestCompared = "promote.digest.compared"
        case promoteIntentAfter = "promote.intent.after"

        case rollbackChosen = "rollback.chosen"
        case rollbackRouteSwitched = "rollback.route.switched"
        case rollbackRecorded = "rollback.recorded"

        case notifyBefore = "notify.before"
        case notifyAfterSend = "notify.after_send"

        case gcListed = "gc.listed"
        case gcRemoved = "gc.removed"
        case gcRecorded = "gc.recorded"

        case storeBackupMid = "store.backup.mid"
        case storeMigrateStatement = "store.migrate.stmt"

        case lifeStartLocked = "life.start.locked"
        case lifeStartMigrated = "life.start.migrated"
        case lifeStartAdopted = "life.start.adopted"
        case lifeDrainBegin = "life.drain.begin"
        case lifeExit = "life.exit"
    }
}
#endif
