import FoundationEssentials
import Glibc
import Model
import Subprocess
import TestSupport
import Testing

@testable import Watcher

/// The program under test, which lies beside the bundle of tests.
enum Program {
    static func path() throws -> String {
        var buffer = [CChar](repeating: 0, count: 4096)
        let length = readlink("/proc/self/exe", &buffer, buffer.count)
        try #require(length > 0)
        let own = String(decoding: buffer.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let path = own.prefix(upTo: own.lastIndex(of: "/") ?? own.startIndex) + "/slipway"
        try #require(access(String(path), X_OK) == 0, "\(path) is not built")
        return String(path)
    }
}

/// Serves a workshop's repositories by `git://`.
final class GitDaemonServer: Sendable {
    let port: Int
    private let program: BackgroundProgram

    init(_ workshop: GitWorkshop) throws {
        port = try #require(Loopback.freePort())
        program = BackgroundProgram(
            "/usr/bin/git",
            [
                "daemon", "--reuseaddr", "--listen=127.0.0.1", "--port=\(port)", "--base-path=\(workshop.path)",
                "--export-all",
            ], environment: ["HOME": workshop.path])
        try #require(Loopback.waitForListener(at: port))
    }

    func address(_ name: String = "remote.git") -> RemoteAddress { .make("git://127.0.0.1:\(port)/\(name)") }
}

/// Serves a workshop's repositories by smart HTTP: `/git/` for all, `/private/` for `ada` with `secret`, `/moved/`
/// names another path, `/elsewhere/` another port, `/offsite/` another host, `/page/` is a web page, `/broken/` has a fault.
final class HTTPGitServer: Sendable {
    let port: Int
    private let program: BackgroundProgram

    init(_ workshop: GitWorkshop, elsewhere: Int = 1) throws {
        try #require(access("/usr/sbin/lighttpd", X_OK) == 0, "lighttpd is not installed")
        port = try #require(Loopback.freePort())
        let backend = "/usr/lib/git-core/git-http-backend"
        try workshop.write("ada:secret\nx-access-token:secret\n", to: "users")
        try workshop.write("<html>no Git</html>", to: "www/page/remote.git/info/refs")
        try workshop.write("#!/bin/sh\nprintf 'Status: 503 Busy\\r\\n\\r\\n'\n", to: "www/broken/remote.git/info/refs")
        let configuration = """
            server.modules = ("mod_redirect", "mod_alias", "mod_auth", "mod_authn_file", "mod_setenv", "mod_cgi")
            server.document-root = "\(workshop.path(of: "www"))"
            server.bind = "127.0.0.1"
            server.port = \(port)
            url.redirect = ("^/moved/(.*)" => "/git/$1",
                "^/elsewhere/(.*)" => "http://127.0.0.1:\(elsewhere)/git/$1",
                "^/offsite/(.*)" => "http://localhost:\(port)/git/$1")
            alias.url = ("/git/" => "\(backend)/", "/private/" => "\(backend)/")
            $HTTP["url"] =~ "^/broken/" { cgi.assign = ("" => "/bin/sh") }
            $HTTP["url"] =~ "^/(git|private)/" {
                cgi.assign = ("" => "")
                setenv.set-environment = ("GIT_PROJECT_ROOT" => "\(workshop.path)", "GIT_HTTP_EXPORT_ALL" => "1",
                    "HOME" => "\(workshop.path)", "PATH" => "/usr/bin:/bin")
            }
            auth.backend = "plain"
            auth.backend.plain.userfile = "\(workshop.path(of: "users"))"
            $HTTP["url"] =~ "^/private/" {
                auth.require = ("" => ("method" => "basic", "realm" => "git", "require" => "valid-user"))
            }
            """
        let file = try workshop.write(configuration, to: "lighttpd.conf")
        program = BackgroundProgram("/usr/sbin/lighttpd", ["-D", "-f", file])
        try #require(Loopback.waitForListener(at: port))
    }

    func address(_ path: String) -> RemoteAddress { .make("http://127.0.0.1:\(port)/\(path)") }
}

/// Puts TLS before an HTTP server, with a certificate for `localhost` by an authority of its own.
final class TLSFront: Sendable {
    let port: Int
    /// The authority's certificate.
    let authority: String
    private let program: BackgroundProgram

    init(_ workshop: GitWorkshop, before server: HTTPGitServer) throws {
        try #require(access("/usr/bin/caddy", X_OK) == 0, "Caddy is not installed")
        port = try #require(Loopback.freePort())
        let (key, certificate) = (workshop.path(of: "key.pem"), workshop.path(of: "certificate.pem"))
        authority = certificate
        let made = try Spawn.run(
            Command(
                executable: "/usr/bin/openssl",
                arguments: [
                    "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
                    "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate,
                ]), outputLimit: 10_000)
        try #require(made.status.isSuccess)
        let configuration = """
            {
                admin off
                auto_https off
            }
            https://localhost:\(port) {
                tls \(certificate) \(key)
                reverse_proxy 127.0.0.1:\(server.port)
            }
            """
        let file = try workshop.write(configuration, to: "Caddyfile")
        program = BackgroundProgram(
            "/usr/bin/caddy", ["run", "--adapter", "caddyfile", "--config", file],
            environment: ["HOME": workshop.path])
        try #require(Loopback.waitForListener(at: port))
    }

    func address(_ path: String) -> RemoteAddress { .make("https://localhost:\(port)/\(path)") }
}

/// A private sshd that lets one key in.
final class SSHGitServer: Sendable {
    let port: Int
    /// The key that is let in.
    let privateKey: String
    private let hostKeys: [String]
    private let program: BackgroundProgram

    init(_ workshop: GitWorkshop) throws {
        try #require(access("/usr/sbin/sshd", X_OK) == 0, "sshd is not installed")
        if getuid() == 0 { mkdir("/run/sshd", 0o755) }
        port = try #require(Loopback.freePort())
        func key(_ name: String, _ kind: String, passphrase: String = "") throws -> String {
            let path = workshop.path(of: name)
            let made = try Spawn.run(
                Command(
                    executable: "/usr/bin/ssh-keygen",
                    arguments: ["-q", "-t", kind, "-N", passphrase, "-C", "", "-f", path]), outputLimit: 1000)
            try #require(made.status.isSuccess)
            return path
        }
        let keys = try [key("host-ecdsa", "ecdsa"), key("host-ed25519", "ed25519")]
        hostKeys = try keys.map { try String(contentsOfFile: $0 + ".pub", encoding: .utf8) }
        privateKey = try key("user", "ed25519")
        let locked = try key("locked", "ed25519", passphrase: "open sesame")
        let users = try [privateKey, locked].map { try String(contentsOfFile: $0 + ".pub", encoding: .utf8) }
        try workshop.write(users.joined(), to: "authorized_keys")
        let configuration = """
            ListenAddress 127.0.0.1
            Port \(port)
            HostKey \(keys[0])
            HostKey \(keys[1])
            AuthorizedKeysFile \(workshop.path(of: "authorized_keys"))
            StrictModes no
            UsePAM no
            PidFile none
            PasswordAuthentication no
            PermitRootLogin yes
            """
        let file = try workshop.write(configuration, to: "sshd_config")
        program = BackgroundProgram("/usr/sbin/sshd", ["-D", "-e", "-f", file])
        try #require(Loopback.waitForListener(at: port))
    }

    /// The known_hosts text with the host's keys of these kinds.
    func knownHosts(_ kinds: String...) -> String {
        hostKeys.filter { key in kinds.contains { key.hasPrefix($0) } }
            .map { "[127.0.0.1]:\(port) \($0)" }.joined()
    }

    func credential(key: String? = nil, passphrase: String? = nil, knownHosts: String) throws -> RemoteCredential {
        .sshKey(
            privateKey: Secret(try String(contentsOfFile: key ?? privateKey, encoding: .utf8)),
            passphrase: passphrase.map { Secret($0) }, knownHosts: knownHosts)
    }

    func address(_ path: String) throws -> RemoteAddress {
        let name = try #require(getpwuid(getuid())).pointee.pw_name.map { String(cString: $0) }
        return .make("ssh://\(name ?? "root")@127.0.0.1:\(port)\(path)")
    }
}
