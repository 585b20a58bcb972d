import Config
import Console
import Daemon
import Glibc
import Lifecycle
import Subprocess

/// The daemon: `slipway serve`.
enum Serve {
    /// How long the parts may take to stop before they are cancelled; all is over within ten seconds. systemd waits for 30.
    private static let stopLimit = Duration.seconds(7)

    /// What thirty threads have free, in as many pools as processors ask for, was a third of the daemon's memory after
    /// 10,000 deployments (GrowthTests). With three a delivery takes as much of a processor as with all of them, with
    /// two 8 % more.
    private static let memoryPools: Int32 = 3

    /// Runs until SIGTERM or SIGINT.
    ///
    /// - Parameter reread: reads the configuration anew, when SIGHUP asks for it.
    static func run(
        _ configuration: Configuration, format: Log.Format, threshold: Log.Level,
        reread: @escaping @Sendable () throws(CommandProblem) -> Configuration
    ) async -> Int32 {
        OwnProcess.limitMemoryPools(to: memoryPools)
        let sink = DescriptorSink(descriptor: STDERR_FILENO, format: format)
        let log = Log(sink: sink, threshold: threshold)
        let stop = StopSignal()
        let signals = SignalWatch(stop: stop) { look(at: reread, log: log) }
        defer { withExtendedLifetime(signals) {} }
        for problem in configuration.secretProblems() { log.warning("\(problem)") }
        do throws(StartFailure) {
            let assembly = try await Assembly.make(configuration, log: log)
            let manager = ServiceManager()
            let console = ConsoleService(
                control: assembly.control, host: configuration.listen.host, port: configuration.listen.port,
                socketPath: configuration.socket, deliveryByteLimit: configuration.limits.deliveryBytes, log: log
            ) {
                let count = configuration.projects.count
                log.info("ready: \(count) project\(count == 1 ? "" : "s"), listening on \(configuration.listen)")
                manager.ready(status: "\(count) projects")
            }
            let group = ServiceGroup(services: assembly.services + [console], stopLimit: stopLimit, log: log)
            stop.onRaise {
                Failpoint.pass("life.drain.begin")
                log.info("stopping; applications keep running")
                manager.stopping()
            }
            let status = await finish(group, console, stop: stop, log: log)
            await assembly.close()
            CrashWitness.end()
            return status
        } catch {
            CrashWitness.end()
            if let hint = error.hint { log.error(error.message, ("hint", hint)) } else { log.error(error.message) }
            return error.isHeld ? ExitCode.held : ExitCode.failed
        }
    }

    /// Says what a restart with the configuration as it is now would come to; the daemon goes on with the one it has.
    private static func look(at reread: () throws(CommandProblem) -> Configuration, log: Log) {
        do throws(CommandProblem) {
            _ = try reread()
            log.info("the configuration has no mistakes; what is new in it takes effect when the daemon is restarted")
        } catch {
            for line in ExitCode.text(of: error).split(separator: "\n") { log.error(String(line)) }
            log.error("the configuration it was started with stays in force; mend the new one before a restart")
        }
    }

    private static func finish(
        _ group: ServiceGroup, _ console: ConsoleService, stop: StopSignal, log: Log
    ) async -> Int32 {
        do {
            // Before anything else: a daemon that cannot listen must not have started a proxy or touched a container.
            try await console.open()
        } catch {
            log.error("\(console.name) failed: \(error)")
            return ExitCode.failed
        }
        do {
            try await group.run(until: stop)
            Failpoint.pass("life.exit")
            return ExitCode.done
        } catch {
            // The group has said which part failed; here only the exit code follows from it.
            return error as? Fence.TakenOver == .opened ? ExitCode.held : ExitCode.failed
        }
    }
}
