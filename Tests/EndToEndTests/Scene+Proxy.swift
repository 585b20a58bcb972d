import FoundationEssentials
import Glibc
import HTTPClient
import Subprocess
import TestSupport

/// What visitors see, and the managed Caddy they see it through.
extension Scene {
    /// The page that an environment serves through the proxy; nil when it serves none.
    func page(of environment: String, path: String = "/") -> String? {
        guard let answer = visit("\(environment)--shop.localhost", path), answer.status == 200 else { return nil }
        return String(decoding: answer.body, as: UTF8.self)
    }

    /// What the proxy answers for a host; nil when it does not.
    func visit(_ host: String, _ path: String = "/") -> HTTPResponse? {
        guard var session = try? HTTPSession() else { return nil }
        return try? session.perform(
            HTTPRequest(
                url: "http://127.0.0.1:\(httpPort)\(path)", headers: [HTTPHeader("Host", host)], timeout: .seconds(10),
                keepsConnection: false))
    }

    private var proxyDirectory: String { directory.path(of: "state/caddy") }

    /// Asks Caddy to end.
    func stopProxy() {
        guard var session = try? HTTPSession() else { return }
        _ = try? session.perform(
            HTTPRequest(
                method: "POST", socketPath: proxyDirectory + "/admin.sock", url: "http://slipway/stop",
                timeout: .seconds(5), keepsConnection: false))
    }

    /// Kills Caddy, as a power cut would.
    func killProxy() {
        for pid in Processes.running(with: proxyDirectory) { kill(pid, SIGKILL) }
    }

    /// Starts Caddy as its unit does: with the configuration it saved last, or else the one Slipway left for it.
    func startProxyAsItsUnitDoes() throws {
        _ = try Spawn.detached(
            Command(
                executable: "/usr/bin/caddy",
                arguments: ["run", "--config", "\(proxyDirectory)/base.json", "--resume"],
                environment: [
                    "HOME": proxyDirectory, "XDG_CONFIG_HOME": "\(proxyDirectory)/config",
                    "XDG_DATA_HOME": "\(proxyDirectory)/data",
                ]), logPath: "\(proxyDirectory)/caddy.log")
    }
}

/// The machine's processes.
enum Processes {
    /// Those whose command line has the text in it.
    static func running(with text: String) -> [pid_t] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { pid_t($0) }.filter { pid in
            guard pid != getpid(), let data = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") else {
                return false
            }
            return String(decoding: data, as: UTF8.self).replacing("\0", with: " ").contains(text)
        }
    }
}
