import Glibc
import TestSupport
import Testing

/// Serves a workshop's repositories by smart HTTP below `/git/`, to whom its file `users` names.
final class PrivateGitServer {
    let port: Int
    private let program: BackgroundProgram

    init(_ workshop: GitWorkshop) throws {
        try #require(access("/usr/sbin/lighttpd", X_OK) == 0, "lighttpd is not installed")
        port = try #require(Loopback.freePort())
        let users = try workshop.write("ada:secret\n", to: "users")
        let configuration = """
            server.modules = ("mod_alias", "mod_auth", "mod_authn_file", "mod_setenv", "mod_cgi")
            server.document-root = "\(workshop.path)"
            server.bind = "127.0.0.1"
            server.port = \(port)
            alias.url = ("/git/" => "/usr/lib/git-core/git-http-backend/")
            cgi.assign = ("" => "")
            setenv.set-environment = ("GIT_PROJECT_ROOT" => "\(workshop.path)", "GIT_HTTP_EXPORT_ALL" => "1",
                "HOME" => "\(workshop.path)", "PATH" => "/usr/bin:/bin")
            auth.backend = "plain"
            auth.backend.plain.userfile = "\(users)"
            auth.require = ("" => ("method" => "basic", "realm" => "git", "require" => "valid-user"))
            """
        let file = try workshop.write(configuration, to: "lighttpd.conf")
        program = BackgroundProgram("/usr/sbin/lighttpd", ["-D", "-f", file])
        try #require(Loopback.waitForListener(at: port))
    }
}

extension Loopback {
    /// A socket that listens at that port, so that nobody else can; nil when it is taken.
    static func occupy(_ port: Int) -> Int32? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let isBound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        if isBound, Glibc.listen(descriptor, 8) == 0 { return descriptor }
        close(descriptor)
        return nil
    }
}
