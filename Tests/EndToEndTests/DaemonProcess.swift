import FoundationEssentials
import Glibc
import Subprocess
import TestSupport

/// The built `slipway serve`, as a process that tests start, stop and kill.
final class DaemonProcess {
    private let directory: TemporaryDirectory
    private(set) var pid: Int32 = 0

    /// The program that was built beside these tests.
    static var program: String {
        let runner = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? CommandLine.arguments[0]
        let folder = runner.split(separator: "/").dropLast().joined(separator: "/")
        return (runner.hasPrefix("/") ? "/" : "") + folder + "/slipway"
    }

    init(directory: TemporaryDirectory) { self.directory = directory }

    /// Starts it; its log is in `daemon.log`.
    func start() throws {
        pid = try Spawn.detached(
            Command(
                executable: Self.program,
                arguments: ["serve", "--config", directory.path(of: "config.yml"), "--log", "text", "--verbose"],
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

    /// Runs another verb of the program to its end.
    func run(_ arguments: String..., deadline: Duration = .seconds(60)) throws -> (code: Int32, output: String) {
        let completed = try Spawn.run(
            Command(
                executable: Self.program, arguments: arguments,
                environment: [
                    "PATH": "/usr/bin:/bin", "HOME": directory.path,
                    "SLIPWAY_SOCKET": directory.path(of: "slipway.sock"),
                ]),
            outputLimit: 1 << 20, deadline: .now + deadline)
        let output = String(decoding: completed.output + completed.errorOutput, as: UTF8.self)
        guard case .exited(let code) = completed.status else { return (-1, output) }
        return (code, output)
    }

    /// The last lines of its log.
    func logTail() -> String {
        guard let data = FileManager.default.contents(atPath: directory.path(of: "daemon.log")) else { return "" }
        return String(decoding: data, as: UTF8.self).split(separator: "\n").suffix(25).joined(separator: "\n")
    }
}
