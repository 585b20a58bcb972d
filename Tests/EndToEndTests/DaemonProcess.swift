import Dispatch
import FoundationEssentials
import Glibc
import Subprocess
import Synchronization
import TestSupport

/// The built `slipway`, as a daemon that tests start, stop and kill, and as the command line beside it.
final class DaemonProcess {
    private let directory: TemporaryDirectory
    private(set) var pid: Int32 = 0
    /// What the daemon's environment always has besides the usual.
    var environment: [String: String] = [:]

    /// The program that was built beside these tests.
    static var program: String {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return own.prefix(upTo: own.lastIndex(of: "/") ?? own.startIndex) + "/slipway"
    }

    init(directory: TemporaryDirectory) { self.directory = directory }

    private var serve: [String] {
        ["serve", "--config", directory.path(of: "config.yml"), "--log", "text", "--verbose"]
    }

    /// Starts it; its log is in `daemon.log`.
    ///
    /// - Parameters:
    ///   - program: what is run instead of the program that was built: another version of it.
    ///   - wrapper: a program, with its arguments, that runs it: prlimit(1) or strace(1).
    ///   - more: what its environment has besides.
    func start(program: String? = nil, under wrapper: [String] = [], with more: [String: String] = [:]) throws {
        let words = wrapper + [program ?? Self.program] + serve
        let usual = ["PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME": directory.path]
        pid = try Spawn.detached(
            Command(
                executable: words[0], arguments: Array(words.dropFirst()),
                environment: usual.merging(environment) { $1 }.merging(more) { $1 }),
            logPath: directory.path(of: "daemon.log"))
    }

    /// Whether it runs.
    var isRunning: Bool { pid > 0 && Glibc.kill(pid, 0) == 0 }

    /// Stops it where it is, as a debugger would, or a machine that sleeps.
    func freeze() { Glibc.kill(pid, SIGSTOP) }

    /// Lets it go on.
    func thaw() { Glibc.kill(pid, SIGCONT) }

    /// Asks it to stop, and waits until it has.
    func stop() {
        guard isRunning else { return }
        Glibc.kill(pid, SIGTERM)
        let deadline = ContinuousClock.now + .seconds(30)
        while isRunning, ContinuousClock.now < deadline { usleep(10_000) }
        kill()
    }

    /// Kills it, as a crash would.
    func kill() { end(by: SIGKILL) }

    /// Sends it a signal that ends it, and waits until it has ended.
    func end(by signal: Int32) {
        guard isRunning else { return }
        Glibc.kill(pid, signal)
        while isRunning { usleep(5_000) }
    }

    /// What a verb of the program ended with.
    struct Ending: Sendable {
        /// Its exit status; 128 and the signal's number where one ended it, as in a shell.
        let status: Int32
        /// What it printed.
        let output: String
        /// What it said beside that.
        let errorOutput: String
    }

    /// Serves in the foreground, for a daemon that is to end by itself.
    func serveToTheEnd() throws -> Ending { try run(serve) }

    /// Runs another verb of the program to its end.
    func run(_ arguments: String...) throws -> Ending { try run(arguments) }

    /// The same with a list.
    func run(_ arguments: [String]) throws -> Ending { try Self.run(arguments, in: directory.path) }

    /// The same beside whatever else the test does: its end is waited for when it is asked for.
    func servingToTheEnd() -> LaterEnding {
        let (arguments, path, later) = (serve, directory.path, LaterEnding())
        DispatchQueue(label: "slipway.test.daemon").async {
            later.set(Result { try Self.run(arguments, in: path) })
        }
        return later
    }

    /// An ending that may not be there yet.
    final class LaterEnding: Sendable {
        private let stored = Mutex<Result<Ending, any Error>?>(nil)

        /// What came of it; nil while the program runs.
        var result: Result<Ending, any Error>? { stored.withLock { $0 } }

        fileprivate func set(_ result: Result<Ending, any Error>) { stored.withLock { $0 = result } }
    }

    private static func run(_ arguments: [String], in directory: String) throws -> Ending {
        let completed = try Spawn.run(
            Command(
                executable: program, arguments: arguments,
                environment: [
                    "PATH": "/usr/bin:/bin", "HOME": directory, "SLIPWAY_SOCKET": "\(directory)/slipway.sock",
                ], workingDirectory: directory), outputLimit: 1 << 20, deadline: .now + .seconds(60))
        let status: Int32 =
            switch completed.status {
            case .exited(let code): code
            case .signalled(let number): 128 + number
            }
        return Ending(
            status: status, output: String(decoding: completed.output, as: UTF8.self),
            errorOutput: String(decoding: completed.errorOutput, as: UTF8.self))
    }

    /// The last lines of its log.
    func logTail() -> String { log.suffix(25).joined(separator: "\n") }

    /// How many lines of its log have the text in them.
    func lines(saying text: String) -> Int { log.count { $0.contains(text) } }

    private var log: [Substring] {
        guard let data = FileManager.default.contents(atPath: directory.path(of: "daemon.log")) else { return [] }
        return String(decoding: data, as: UTF8.self).split(separator: "\n")
    }
}
