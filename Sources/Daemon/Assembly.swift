import Builder
package import Config
import ContainerEngine
import Crypto
import Deployer
import FoundationEssentials
import Glibc
package import Lifecycle
import Model
import SQLite
import Store
import Watcher

/// The daemon put together from its configuration: reads top to bottom like the picture in ARCHITECTURE.md.
package struct Assembly: Sendable {
    /// What people and scripts ask.
    package let control: any Control
    /// What runs, in the order of dependency.
    package let services: [any Service]
    private let lock: HeldLock
    private let fence: Fence
    private let ledger: Ledger

    /// The version that is shown and reported.
    package static let version = "0.1.0"

    /// Builds everything; nothing runs yet.
    package static func make(_ configuration: Configuration, log: Log) async throws(StartFailure) -> Assembly {
        // The state directory, and the one daemon that may hold it.
        let paths = try StatePaths(configuration.state)
        let lock = try HeldLock(paths)
        Failpoint.pass("life.start.locked")
        // A disk that is full to the last byte: what was set aside lets the records be opened.
        Ballast(in: paths.root).giveUpIfNeeded()
        let lastEnd = CrashWitness.begin(at: paths.inHand)
        let ledger = Ledger(path: paths.database) { breakage in end(after: breakage, log: log) }
        let opening = try await open(ledger)
        Failpoint.pass("life.start.migrated")
        let instance = try Identity.instance(in: paths)

        let report = CrashReport(ledger: ledger, log: log)
        let quarantine = try await StartFailure.asking { () async throws in
            try await report.quarantine(after: lastEnd, at: Timestamp(milliseconds: WallClock.milliseconds()))
        }
        let fence = Fence(watch: EpochWatch(path: paths.database, epoch: opening.epoch), log: log)

        // The engine, and the front door.
        let socket = configuration.engineSocket
        let engine = EngineClient(socketPath: socket) { await fence.admits() }
        let frame = CaddyFrame(
            httpPort: configuration.router.httpPort, daemonAddress: configuration.listen.description,
            publicHost: configuration.publicHost)
        let proxy = Proxy(configuration.router.caddy, directory: paths.caddy, frame: frame, fence: fence, log: log)

        // Images, and repositories.
        let builder = ImageBuilder(
            engine: engine, instance: instance, limits: configuration.builderLimits,
            concurrency: configuration.runtime.builds, log: log)
        let transport = GitTransport()
        let calls = BlockingPool(name: "slipway.hosts", width: 4)
        let accounts = Accounts()
        let paces = HostPaces()
        var links: [ProjectName: HostLink] = [:]
        for project in configuration.projects {
            links[project.name] = HostLink.link(
                for: project, ledger: ledger, pool: calls, accounts: accounts, paces: paces)
        }
        var boundaries = Boundaries(
            records: ledger, fence: fence, quarantine: quarantine, engine: engine, engineName: socket,
            lookInterval: HealthWatch.floor, images: builder, router: proxy.router, proxyProgram: proxy.program,
            proxyName: proxy.name,
            remotes: transport, links: links, buildLogs: paths.buildLogs,
            mirrorPath: { paths.mirror(of: $0) }, state: paths.root,
            engineInfo: {
                do throws(EngineError) { return try await engine.info() } catch { return nil }
            },
            reading: { project in
                let mirror = paths.mirror(of: project.name)
                return RepositoryReading(
                    address: project.repository,
                    credential: { () async throws(StageFailure) in try await accounts.credential(of: project) },
                    onRefusal: { await accounts.refused(project) }, transport: transport,
                    mirror: Mirror(path: mirror), mirrorPath: mirror, builder: builder,
                    fence: fence)
            })
        boundaries.accounts = accounts
        boundaries.backups = BackupDesk(path: paths.backup, now: now) { (path, moment) throws(SQLiteError) in
            try await ledger.backup(to: path, now: moment)
        }
        let news = Broadcast()
        boundaries.notices = NoticeDesk(
            ledger: ledger, subscribers: Set(configuration.notifications.map(\.name)), isNews: news)
        try await noteRestoration(opening, in: ledger, projects: configuration.projects.map(\.name), log: log)
        let composition = try await Composition.make(
            configuration, over: boundaries, instance: instance, isAmnesiac: !opening.isAdopted, log: log)
        let hookWatch = HookWatch(
            desk: boundaries.hooks, projects: configuration.projects.map(\.name), links: links, ledger: ledger,
            changes: composition.control.changes, log: log)
        let control = composition.control
        let notifier = Notifier(
            ledger: ledger, subscribers: configuration.notifications, instance: instance, changes: control.changes,
            url: { id in await control.url(of: id) }, isNews: news, log: log)
        let notices = BlockingPool(name: "slipway.notices", width: max(1, configuration.notifications.count))
        let senders = configuration.notifications.map { subscriber in
            NoticeSender(
                subscriber: subscriber, ledger: ledger, pool: notices, isNews: news, changes: control.changes, log: log)
        }
        let watch = RecordsWatch(ledger: ledger, isFullyChecked: opening.isFullyChecked, log: log)
        return Assembly(
            control: composition.control,
            services: [report] + composition.services + [hookWatch, notifier] + senders + [watch], lock: lock,
            fence: fence,
            ledger: ledger)
    }

    /// Closes the records, once nothing runs any more; a daemon that was killed has not, and loses nothing by it.
    package func close() async {
        // The last connection folds the write-ahead log in.
        await fence.close()
        try? await ledger.close()
    }

    /// The proxy that the configuration names.
    private struct Proxy {
        let router: Router
        let program: (any ProxyProgram)?
        let name: String

        init(_ choice: Configuration.CaddyChoice, directory: String, frame: CaddyFrame, fence: Fence, log: Log) {
            let mayAct: @Sendable () async -> Bool = { await fence.admits() }
            switch choice {
            case .managed:
                let caddy = ManagedCaddy(directory: directory, frame: frame, log: log)
                program = caddy
                router = Router(admin: caddy.admin, frame: frame, log: log, mayAct: mayAct)
                name = "managed Caddy on port \(frame.httpPort)"
            case .external(let url):
                program = nil
                router = Router(admin: .url(url), frame: frame, log: log, mayAct: mayAct)
                name = "Caddy at \(url), on port \(frame.httpPort)"
            }
        }
    }

    /// Ends the process at once, so that nothing more is promised: nobody knows what is on the disk (F-D4).
    ///
    /// Applications keep running; the next start checks the records before it trusts them.
    private static func end(after breakage: SQLiteError, log: Log) {
        log.error("the records cannot be trusted any more, so the daemon ends: \(breakage.message)")
        _exit(1)
    }

    /// Has every project wait for a person when the records were put in the place of others: what runs may be newer.
    private static func noteRestoration(
        _ opening: Opening, in ledger: Ledger, projects: [ProjectName], log: Log
    ) async throws(StartFailure) {
        guard let restoration = opening.restoration else { return }
        try await StartFailure.asking { () async throws in
            let known = try await ledger.projects().map(\.name)
            try await ledger.doubt(Array(Set(known + projects)), because: restoration)
        }
        log.warning(
            "the records were put back (\(restoration.how)): what runs is taken in; nothing is deleted and nothing promoted"
                + " before a person has confirmed each project with 'slipway approve PROJECT restore'")
    }

    private static func now() -> Timestamp { Timestamp(milliseconds: WallClock.milliseconds()) }

    private static func open(_ ledger: Ledger) async throws(StartFailure) -> Opening {
        try await StartFailure.asking { () async throws in
            let opening = try await ledger.open(now: now())
            // What the end of an earlier daemon cut off is no build that runs.
            for var build in try await ledger.unfinishedBuilds() {
                build.endedAt = now()
                build.failure = FailureRecord(.cutOff)
                try await ledger.finish(build)
            }
            return opening
        }
    }
}

extension StageFailure {
    /// A build that the daemon did not live to see the end of.
    fileprivate static let cutOff = Self(
        reason: .cancelled, verdict: .cancelled, message: "the daemon ended while it was built",
        hint: "it is built again where it is still wanted")
}

/// Why the daemon cannot start.
package struct StartFailure: Error, Sendable, Hashable {
    /// What is wrong, in words.
    package let message: String
    /// What to do about it.
    package let hint: String?
    /// Another daemon holds the state directory.
    package let isHeld: Bool
}

extension StartFailure {
    /// Asks the records; without them nothing can start.
    static func asking<Value: Sendable>(_ body: () async throws -> Value) async throws(StartFailure) -> Value {
        do {
            return try await body()
        } catch {
            throw StartFailure(
                message: "the records cannot be opened: \(error)",
                hint: "see to it that the state directory has room and can be written to", isHeld: false)
        }
    }
}
