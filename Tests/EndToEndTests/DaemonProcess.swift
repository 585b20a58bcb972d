import FoundationEssentials
import Glibc
import Subprocess
import TestSupport

/// The built `slipway`, as a daemon that tests start, stop and kill, and as the command line beside it.
final class DaemonProcess {
    private let directory: TemporaryDirectory
    private(set) var pid: Int32 = 0

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
    func start() throws {
        pid = try Spawn.detached(
            Command(
                executable: Self.program, arguments: serve,
                environment: ["PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME": directory.path]),
            logPath: directory.path(of: "daemon.log"))
    }

    /// Whether it runs.
    var isRunning: Bool { pid > 0 && Glibc.kill(pid, 0) == 0 }

    /// Asks it to stop, and waits until it has.
    func stop() {
        guard isRunning else { return }
        Glibc.kill(pid, SIGTERM)
        let deadline = ContinuousClock.now + .seconds(30)
        while isRunning, ContinuousClock.now < deadline { usleep(10_000) }
        kill()
    }

    /// Kills it, as a crash would.
    func kill() {
        guard isRunning else { return }
        Glibc.kill(pid, SIGKILL)
        while isRunning { usleep(5_000) }
    }

    /// What a verb of the program ended with.
    struct Ending {
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

    private func run(_ arguments: [String]) throws -> Ending {
        let completed = try Spawn.run(
            Command(
                executable: Self.program, arguments: arguments,
                environment: [
                    "PATH": "/usr/bin:/bin", "HOME": directory.path,
                    "SLIPWAY_SOCKET": directory.path(of: "slipway.sock"),
                ], workingDirectory: directory.path), outputLimit: 1 << 20, deadline: .now + .seconds(60))
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
