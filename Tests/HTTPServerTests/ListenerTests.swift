import Glibc
import HTTPServer
import TestSupport
import Testing

struct ListenerTests {
    private static func mode(_ path: String) -> UInt32 {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode & 0o777 : 0
    }

    /// Leaves a socket that nobody listens on, as a process does that was killed.
    private func leaveStaleSocket(_ path: String) {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        _ = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    @Test func opensASocketForOwnerAndGroupInADirectoryOfItsOwn() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/run/slipway.sock"
        let listener = try Listener.unix(path: path)
        #expect(Self.mode(path) == 0o660)
        #expect(Self.mode(directory.path + "/run") == 0o750)
        let port = listener.port
        #expect(port == nil)
        _ = consume listener
        #expect(access(path, F_OK) != 0)
    }

    @Test func refusesASocketThatSomebodyListensOn() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/s"
        let listener = try Listener.unix(path: path)
        let error = #expect(throws: HTTPServerError.self) { _ = try Listener.unix(path: path) }
        #expect(error?.code == EADDRINUSE)
        #expect(RawClient(path: path) != nil)
        _ = consume listener
    }

    @Test func replacesTheSocketOfAProcessThatIsGone() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/s"
        leaveStaleSocket(path)
        let listener = try Listener.unix(path: path)
        #expect(RawClient(path: path) != nil)
        _ = consume listener
    }

    @Test func leavesAFileThatIsNoSocketAlone() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/s"
        close(open(path, O_CREAT | O_WRONLY, 0o600))
        let error = #expect(throws: HTTPServerError.self) { _ = try Listener.unix(path: path) }
        #expect(error?.code == EEXIST)
        #expect(access(path, F_OK) == 0)
    }

    @Test func leavesTheSocketOfItsSuccessorAlone() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/s"
        let first = try Listener.unix(path: path)
        unlink(path)
        let second = try Listener.unix(path: path)
        _ = consume first
        #expect(RawClient(path: path) != nil)
        _ = consume second
    }

    @Test(arguments: ["", String(repeating: "x", count: 108), "/no/such/directory/s"])
    func refusesAPathThatCannotBe(_ path: String) {
        #expect(throws: HTTPServerError.self) { _ = try Listener.unix(path: path) }
    }

    @Test(arguments: ["example.com", "127.0.0.256", "", "::1::"])
    func refusesAHostThatIsNoAddress(_ host: String) {
        #expect(throws: HTTPServerError.self) { _ = try Listener.tcp(host: host, port: 0) }
    }

    @Test func refusesAPortThatIsTaken() throws {
        let listener = try Listener.tcp(host: "localhost", port: 0)
        let bound = listener.port
        let port = try #require(bound)
        let error = #expect(throws: HTTPServerError.self) { _ = try Listener.tcp(host: "127.0.0.1", port: port) }
        #expect(
            error
                == HTTPServerError(code: EADDRINUSE, call: "bind", message: "127.0.0.1:\(port): Address already in use")
        )
        _ = consume listener
    }

    @Test func tellsWhoIsAtTheOtherEnd() throws {
        let directory = try TemporaryDirectory()
        let echo = try EchoServer(in: directory)
        let client = try #require(RawClient(path: echo.server.address))
        client.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(client.receive(until: "GET /a 0\n") != nil)
        #expect(echo.requests.first?.head.peer == .process(id: getpid(), user: getuid()))
    }
}
