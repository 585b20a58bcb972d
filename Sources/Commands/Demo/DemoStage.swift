import Config
import Crypto
import FoundationEssentials
import Glibc
import HTTPClient
import Lifecycle
import Model
import Subprocess

/// Everything the demo runs on: a directory, an engine, a daemon of its own, and the repository.
final class DemoStage: Sendable {
    let directory: String
    let repository: DemoRepository
    let socketPath: String
    var daemonLog: String { directory + "/daemon.log" }
    private let engine: DemoEngine
    private let daemon: Int32
    private let client: SocketClient
    private let httpPort: Int
    private static let project = "hello"
    /// How long the demo waits for one thing: a first build on a slow machine takes a while.
    private static let patience = Duration.seconds(120)

    init(options: Demo.Options, page: DemoPage) throws(Demo.Failure) {
        let example = try Self.example(options)
        directory = try Self.makeDirectory()
        engine = try DemoEngine(directory: directory, socket: options.socket)
        httpPort = FreePort.first(from: 8080)
        let listenPort = FreePort.first(from: 7420)
        socketPath = directory + "/slipway.sock"
        client = SocketClient(socketPath: socketPath)
        let secret = Hexadecimal.text(of: Random.bytes(16))
        let delivery = DemoDelivery(url: "http://127.0.0.1:\(listenPort)/hooks/\(Self.project)", secret: secret)
        repository = try DemoRepository(directory: directory, example: example) {
            (ref, commit) throws(Demo.Failure) in try delivery.send(ref: ref, commit: commit)
        }
        try Self.write(secret, to: directory + "/webhook-secret")
        try Self.write(
            """
            state: \(directory)/state
            listen: 127.0.0.1:\(listenPort)
            socket: \(socketPath)
            runtime: { socket: \(engine.socketPath) }
            router: { domain: localhost, http: \(httpPort) }
            projects:
              - repository: file://\(directory)/hello.git
                name: \(Self.project)
                host: github
                webhook_secret: { file: \(directory)/webhook-secret }

            """, to: directory + "/config.yml")
        do throws(SpawnError) {
            let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
            daemon = try Spawn.detached(
                Command(
                    executable: "/proc/self/exe",
                    arguments: ["serve", "--config", directory + "/config.yml", "--log", "text"],
                    environment: ["PATH": path, "HOME": directory]),
                logPath: directory + "/daemon.log")
        } catch {
            throw Demo.Failure(message: "the daemon cannot be started: \(error)", hint: nil)
        }
        page.note("engine     \(engine.name)")
        page.note("directory  \(directory)")
        try waitUntilReady()
        page.line("")
    }

    // Waiting

    private func waitUntilReady() throws(Demo.Failure) {
        let deadline = Deadline.after(.seconds(30))
        var last = "it does not answer"
        while !deadline.hasPassed {
            if let response = client.ask("GET", "/readyz", timeout: .seconds(2)) {
                if response.isSuccess { return }
                last = (try? JSONDecoder().decode(Readiness.self, from: Data(response.body)))?.problem ?? last
            }
            if kill(daemon, 0) != 0 { break }
            usleep(20_000)
        }
        throw Demo.Failure(message: "the daemon is not ready: \(last)", hint: "its log is in \(daemonLog)")
    }

    /// Waits until a commit is live in an environment.
    func wait(for commit: ObjectID, in name: EnvironmentName) throws(Demo.Failure) -> EnvironmentStatus {
        let deadline = Deadline.after(Self.patience)
        while !deadline.hasPassed {
            let path = "\(Self.environments)/\(name)/wait?commit=\(commit)&timeout=30"
            if let outcome = client.get(WaitOutcome.self, path, timeout: .seconds(40)) {
                switch outcome.ending {
                case .live: if let environment = outcome.environment { return environment }
                case .timedOut: break
                case .failed, .superseded, .cancelled:
                    let failure = outcome.environment?.deployment?.failure
                    throw Demo.Failure(
                        message: outcome.message,
                        hint: ([failure?.hint].compactMap(\.self) + (failure?.output ?? [])).joined(
                            separator: "\n     "))
                }
            }
            usleep(20_000)
        }
        throw Demo.Failure(message: "\(commit.short) did not become live in \(name) in time", hint: nil)
    }

    /// Waits until a commit is live in the environment that follows a branch.
    func wait(for commit: ObjectID, following ref: RefName) throws(Demo.Failure) -> EnvironmentStatus {
        let deadline = Deadline.after(Self.patience)
        while !deadline.hasPassed {
            if let project = client.get(ProjectStatus.self, "/api/v1/projects/\(Self.project)"),
                let found = project.environments.first(where: { $0.ref == ref })
            {
                return try wait(for: commit, in: found.id.name)
            }
            usleep(20_000)
        }
        throw Demo.Failure(message: "branch \(ref.short) got no environment in time", hint: nil)
    }

    /// Waits until an environment and its host name are gone.
    func waitUntilGone(_ name: EnvironmentName, url: String) throws(Demo.Failure) {
        let deadline = Deadline.after(Self.patience)
        while !deadline.hasPassed {
            let isGone = client.ask("GET", "\(Self.environments)/\(name)")?.status == 404
            if isGone, SocketClient(socketPath: nil).ask("GET", url)?.status == 404 {
                let left = leftovers(of: name)
                guard left.isEmpty else {
                    throw Demo.Failure(message: "the preview left behind: \(left.joined(separator: ", "))", hint: nil)
                }
                return
            }
            usleep(50_000)
        }
        throw Demo.Failure(message: "the preview is still there", hint: nil)
    }

    // Looking

    private static let environments = "/api/v1/projects/\(project)/environments"

    /// An environment as the daemon shows it.
    func environment(_ name: EnvironmentName) throws(Demo.Failure) -> EnvironmentStatus {
        guard let status = client.get(EnvironmentStatus.self, "\(Self.environments)/\(name)") else {
            throw Demo.Failure(message: "the daemon does not show \(name)", hint: nil)
        }
        return status
    }

    /// The address of an environment.
    func url(of name: EnvironmentName) throws(Demo.Failure) -> String {
        guard let url = try environment(name).urls.first else {
            throw Demo.Failure(message: "\(name) has no URL", hint: nil)
        }
        return url
    }

    /// The builds so far.
    func builds() throws(Demo.Failure) -> [BuildRecord] {
        guard let builds = client.get([BuildRecord].self, "/api/v1/projects/\(Self.project)/builds?limit=100") else {
            throw Demo.Failure(message: "the daemon does not show its builds", hint: nil)
        }
        return builds
    }

    /// Sees that the environment's page says what it should, through the proxy.
    func expect(_ text: String, at environment: EnvironmentStatus) throws(Demo.Failure) {
        guard let url = environment.urls.first else {
            throw Demo.Failure(message: "\(environment.id) has no URL", hint: nil)
        }
        let response = SocketClient(socketPath: nil).ask("GET", url, timeout: .seconds(5))
        let body = response.map { String(decoding: $0.body, as: UTF8.self) } ?? ""
        guard response?.status == 200, body.contains(text) else {
            throw Demo.Failure(
                message: "\(url) answers \(response.map { "\($0.status)" } ?? "nothing"), without '\(text)'", hint: nil)
        }
    }

    func printLogTail(_ page: DemoPage) {
        guard let data = FileManager.default.contents(atPath: daemonLog) else { return }
        for line in String(decoding: data, as: UTF8.self).split(separator: "\n").suffix(15) { page.note("| \(line)") }
    }

    // Leaving

    /// Ends everything and removes it; returns what could not be removed.
    func tearDown() -> [String] {
        if let project = client.get(ProjectStatus.self, "/api/v1/projects/\(Self.project)") {
            // Nothing may come back: without the remote there is nothing Git says.
            for environment in project.environments {
                _ = client.ask("DELETE", "\(Self.environments)/\(environment.id.name)")
            }
            for environment in project.environments {
                let deadline = Deadline.after(.seconds(30))
                let path = "\(Self.environments)/\(environment.id.name)"
                while client.ask("GET", path)?.status != 404, !deadline.hasPassed { usleep(50_000) }
            }
        }
        end(daemon, within: .seconds(20))
        let left = leftovers(of: nil)
        removeImages()
        endCaddy()
        engine.stop()
        try? FileManager.default.removeItem(atPath: directory)
        return left + (FileManager.default.fileExists(atPath: directory) ? [directory] : [])
    }

    private func end(_ pid: Int32, within limit: Duration) {
        kill(pid, SIGTERM)
        let deadline = Deadline.after(limit)
        while kill(pid, 0) == 0, !deadline.hasPassed { usleep(20_000) }
        kill(pid, SIGKILL)
    }

    private func endCaddy() {
        let caddy = SocketClient(socketPath: directory + "/state/caddy/admin.sock")
        _ = caddy.ask("POST", "/stop", headers: [HTTPHeader("Host", "slipway")], timeout: .seconds(5))
    }

    private struct Labelled: Decodable {
        let Id: String?
        let Name: String?
        let Names: [String]?
        var title: String { Names?.first ?? Name ?? Id ?? "?" }
    }

    /// Containers and networks that carry this daemon's label: of one environment, or all.
    private func leftovers(of name: EnvironmentName?) -> [String] {
        guard let instance = instance() else { return ["(the daemon's instance is unknown)"] }
        var labels = ["\(Label.instance)=\(instance)"]
        if let name { labels.append("\(Label.environment)=\(name)") }
        let engine = SocketClient(socketPath: engine.socketPath)
        let containers = engine.get([Labelled].self, "/v1.40/containers/json?all=1&\(Self.filter(labels))") ?? []
        let networks = engine.get([Labelled].self, "/v1.40/networks?\(Self.filter(labels))") ?? []
        return (containers + networks).map(\.title)
    }

    private func removeImages() {
        guard let instance = instance() else { return }
        let engine = SocketClient(socketPath: engine.socketPath)
        let filter = Self.filter(["\(Label.instance)=\(instance)"])
        for image in engine.get([Labelled].self, "/v1.40/images/json?all=1&\(filter)") ?? [] {
            guard let id = image.Id else { continue }
            _ = engine.ask("DELETE", "/v1.40/images/\(id)?force=1")
        }
    }

    private func instance() -> String? {
        let data = FileManager.default.contents(atPath: directory + "/state/instance")
        return data.map { String(decoding: $0, as: UTF8.self).filter(\.isHexDigit) }
    }

    /// The engine's filter by labels, as a query: `filters={"label":["a=b"]}`, percent-encoded.
    private static func filter(_ labels: [String]) -> String {
        let json = "{\"label\":[" + labels.map { "\"\($0)\"" }.joined(separator: ",") + "]}"
        let encoded = json.utf8.map { byte -> String in
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "-"), UInt8(ascii: "."):
                return String(UnicodeScalar(byte))
            default:
                return "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return "filters=" + encoded.joined()
    }

    // Making

    private static func makeDirectory() throws(Demo.Failure) -> String {
        var template = Array("/tmp/slipway-demo-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw Demo.Failure(
                message: "no directory can be made in /tmp: \(String(cString: strerror(errno)))", hint: nil)
        }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func write(_ text: String, to path: String) throws(Demo.Failure) {
        let made = FileManager.default.createFile(
            atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
        guard made else { throw Demo.Failure(message: "\(path) cannot be written", hint: nil) }
    }

    private static func example(_ options: Demo.Options) throws(Demo.Failure) -> String {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        let program = String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let parts = program.split(separator: "/").map(String.init)
        // Beside the sources it was built from (.build/<triple>/release/slipway), or where it was installed.
        let above = (2...5).map { "/" + parts.dropLast($0).joined(separator: "/") + "/examples/hello" }
        let installed = "/" + parts.dropLast(2).joined(separator: "/") + "/share/slipway/examples/hello"
        let candidates = [options.example].compactMap(\.self) + above + [installed]
        guard let found = candidates.first(where: { access($0 + "/Dockerfile", R_OK) == 0 }) else {
            throw Demo.Failure(
                message: "the example application is not beside the program",
                hint: "name its directory: slipway demo --example PATH/examples/hello")
        }
        return found
    }
}

/// The Git host's part in the demo: a signed push delivery, as GitHub sends it.
struct DemoDelivery: Sendable {
    let url: String
    let secret: String

    func send(ref: RefName, commit: ObjectID?) throws(Demo.Failure) {
        let body = Array(
            """
            {"ref":"\(ref)","before":"\(ObjectID.zero)","after":"\(commit ?? .zero)","deleted":\(commit == nil),\
            "repository":{"id":1,"full_name":"demo/hello"}}
            """.utf8)
        let signature = Hexadecimal.text(of: HMAC.sha256(key: Array(secret.utf8), message: body))
        let headers = [
            HTTPHeader("Content-Type", "application/json"), HTTPHeader("X-GitHub-Event", "push"),
            HTTPHeader("X-GitHub-Delivery", Hexadecimal.text(of: Random.bytes(16))),
            HTTPHeader("X-Hub-Signature-256", "sha256=" + signature),
        ]
        let answer = SocketClient(socketPath: nil).ask("POST", url, headers: headers, body: body, timeout: .seconds(10))
        guard answer?.status == 202 else {
            throw Demo.Failure(
                message: "the daemon answered the delivery with \(answer.map { "\($0.status)" } ?? "nothing")",
                hint: nil)
        }
    }
}

/// Ports of this machine that nothing listens on.
enum FreePort {
    /// The first free one from a number on.
    static func first(from start: Int) -> Int {
        (start...65_535).first { port in
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            guard descriptor >= 0 else { return false }
            defer { close(descriptor) }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(UInt16(port).bigEndian)
            var yes: Int32 = 1
            setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
            return withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                }
            }
        } ?? start
    }
}
