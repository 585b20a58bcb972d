import Archive
import Config
import Console
import ContainerEngine
import Crypto
import Daemon
import FoundationEssentials
import Glibc
import HTTPClient
import Lifecycle
import Model
import Watcher

/// Collects what somebody who is to help wants to see: facts without secrets, whether the daemon runs or not.
struct SupportBundle: Sendable {
    let configuration: Configuration
    /// The environment variables whose values may be secrets.
    let variables: [String: String]

    /// How many build logs are taken, newest first, and how much of the end of each.
    private static let logCount = 20
    private static let tailBytes = 64 << 10

    /// Everything, masked.
    func entries(_ findings: [Finding]) async -> [BundleFile.Entry] {
        let report = StateReport(of: configuration.state)
        let status = daemonStatus()
        var entries = [
            BundleFile.Entry("README.txt", introduction(status)),
            .init("versions.txt", versions()),
            .init("doctor.txt", AnswerPage(style: .plain).findings(findings)),
            .init("configuration.yml", configuration.redacted),
            .init("status.json", status ?? "\"the daemon does not answer at \(configuration.socket)\"\n"),
            .init("readiness.json", asked("/readyz") ?? "\"the daemon does not answer at \(configuration.socket)\"\n"),
            .init("events.txt", report.events),
            .init("deployments.jsonl", report.deployments),
            .init("builds.jsonl", report.builds),
            .init("records.txt", report.records),
            .init("process.txt", report.process),
            .init("engine.txt", await engine()),
            .init("caddy.log", tail(of: "\(configuration.state)/caddy/caddy.log")),
        ]
        entries += buildLogs()
        let mask = Mask(configuration, variables: variables)
        return entries.map { .init($0.path, mask.masked($0.text)) }
    }

    private func introduction(_ status: String?) -> String {
        let now = Timestamp(milliseconds: WallClock.milliseconds())
        return """
            A support archive of slipway \(Assembly.version), made at \(now) by 'slipway doctor --bundle'.
            The daemon \(status == nil ? "did not answer at \(configuration.socket): what only it knows is missing." : "answered.")
            Secrets of the configuration are masked by their value, others where their place tells them; the output of builds
            is in it, so look through it before you hand it on.

            """
    }

    private func versions() -> String {
        var name = utsname()
        uname(&name)
        let kernel = [Self.text(name.sysname), Self.text(name.release), Self.text(name.machine)].joined(separator: " ")
        let system = Self.read("/etc/os-release").split(separator: "\n").first { $0.hasPrefix("PRETTY_NAME=") }
        return
            ([
                "slipway \(Assembly.version)", GitTransport.libraryVersion, HTTPClientLibrary.version,
                ConsoleService.libraryVersion, ConfigurationReader.libraryVersion, CryptoLibrary.version,
                ArchiveLibrary.version, kernel, system.map { String($0.dropFirst(12)) } ?? "no /etc/os-release",
            ]).joined(separator: "\n") + "\n"
    }

    // The daemon

    private func daemonStatus() -> String? { asked("/api/v1/status") }

    /// The body of an answer of the daemon, whatever its status; nil: there was none.
    private func asked(_ path: String) -> String? {
        SocketClient(socketPath: configuration.socket).ask("GET", path, timeout: .seconds(10)).map {
            String(decoding: $0.body, as: UTF8.self) + "\n"
        }
    }

    // The engine

    /// What `GET /info` says that is of use; everything else, proxies with passwords for one, is left out.
    private struct Info: Decodable {
        let Containers: Int?
        let ContainersRunning: Int?
        let Images: Int?
        let Driver: String?
        let CgroupVersion: String?
        let CgroupDriver: String?
        let KernelVersion: String?
        let OperatingSystem: String?
        let NCPU: Int?
        let MemTotal: Int64?
        let DefaultRuntime: String?
    }

    private func engine() async -> String {
        let socket = configuration.engineSocket
        var lines = ["socket \(socket)"]
        do throws(EngineError) {
            let version = try await EngineClient(socketPath: socket).version()
            lines.append(
                "\(version.flavour.rawValue) \(version.version), API \(version.apiVersion) (from"
                    + " \(version.oldestAPIVersion)), \(version.platform)")
        } catch {
            return lines[0] + "\nno engine answers: \(error.message)\n"
        }
        if let info = SocketClient(socketPath: socket).get(Info.self, "/v1.40/info", timeout: .seconds(10)) {
            for child in Swift.Mirror(reflecting: info).children {
                // Each member is an Optional, whose reflection has one child when there is a value.
                guard let value = Swift.Mirror(reflecting: child.value).children.first?.value else { continue }
                lines.append("\(child.label ?? ""): \(value)")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    // Files

    private func buildLogs() -> [BundleFile.Entry] {
        let directory = "\(configuration.state)/logs"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        let dated = names.filter { $0.hasSuffix(".log") }.map { name in
            var status = stat()
            stat("\(directory)/\(name)", &status)
            return (name: name, at: status.st_mtim.tv_sec)
        }
        return dated.sorted { $0.at > $1.at }.prefix(Self.logCount).map {
            .init("builds/\($0.name)", tail(of: "\(directory)/\($0.name)"))
        }
    }

    /// The end of a file of this daemon's, or why there is none.
    private func tail(of path: String) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return "\(path): \(String(cString: strerror(errno)))\n" }
        defer { close(descriptor) }
        let length = Int(lseek(descriptor, 0, SEEK_END))
        let start = max(0, length - Self.tailBytes)
        var buffer = [UInt8](repeating: 0, count: Self.tailBytes)
        let count = pread(descriptor, &buffer, buffer.count, off_t(start))
        let head = start > 0 ? "(the first \(start) bytes are left out)\n" : ""
        return head + String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }

    private static func read(_ path: String) -> String {
        (FileManager.default.contents(atPath: path)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// The text of an array of C characters, which Swift has as a tuple.
    private static func text<Field>(_ field: Field) -> String {
        withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
