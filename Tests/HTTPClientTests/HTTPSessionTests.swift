import FoundationEssentials
import HTTPClient
import Lifecycle
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct HTTPSessionTests {
    private static let hello = "HTTP/1.1 200 OK\r\nX-Word:  some words \r\nContent-Length: 5\r\n\r\nhello"

    private static func request(
        _ server: ScriptedServer, _ change: (inout HTTPRequest) -> Void = { _ in }
    ) -> HTTPRequest {
        var request = HTTPRequest(socketPath: server.socketPath, url: "http://localhost/path?a=b")
        change(&request)
        return request
    }

    private static func failure(
        of request: HTTPRequest, onChunk: (([UInt8]) throws -> Void)? = nil
    ) throws -> HTTPClientError {
        var session = try HTTPSession()
        do {
            let response = try session.perform(request, onChunk: onChunk)
            Issue.record("answered \(response.status)")
            return HTTPClientError(code: .failedInit, call: "", message: "")
        } catch {
            return error
        }
    }

    @Test
    func givesStatusHeadersAndBody() throws {
        let server = try ScriptedServer { _ in .bytes(Self.hello) }
        defer { server.stop() }
        var session = try HTTPSession()
        let response = try session.perform(Self.request(server))
        #expect(response.status == 200)
        #expect(response.isSuccess)
        #expect(response.headers == [HTTPHeader("X-Word", "some words"), HTTPHeader("Content-Length", "5")])
        #expect(response.header("x-word") == "some words")
        #expect(response.body == Array("hello".utf8))
        let sent = try #require(server.requests.first)
        #expect(sent.hasPrefix("GET /path?a=b HTTP/1.1\r\nHost: localhost\r\n"))
    }

    @Test
    func keepsItsConnectionBetweenCalls() throws {
        let server = try ScriptedServer { _ in .bytes(Self.hello) }
        defer { server.stop() }
        var session = try HTTPSession()
        for _ in 0..<20 { #expect(try session.perform(Self.request(server)).status == 200) }
        #expect(server.connections == 1)
    }

    @Test
    func closesItsConnectionWhenItIsToldTo() throws {
        let server = try ScriptedServer { _ in .bytes(Self.hello) }
        defer { server.stop() }
        var session = try HTTPSession()
        let request = Self.request(server) { $0.keepsConnection = false }
        for _ in 0..<3 { #expect(try session.perform(request).status == 200) }
        #expect(server.connections == 3)
    }

    @Test
    func asksAgainWhenAKeptConnectionWasClosedMeanwhile() throws {
        let server = try ScriptedServer { _ in .closing(Self.hello) }
        defer { server.stop() }
        var session = try HTTPSession()
        for _ in 0..<3 { #expect(try session.perform(Self.request(server)).body == Array("hello".utf8)) }
        #expect(server.requests.count == 3)
    }

    struct Sent: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let method: String
        let body: RequestBody
        let headers: [HTTPHeader]
        let expected: [String]
        let unexpected: [String]
    }

    static let sent = [
        Sent(
            testDescription: "nothing", method: "DELETE", body: .none, headers: [],
            expected: ["DELETE /path?a=b HTTP/1.1"], unexpected: ["Content-"]),
        Sent(
            testDescription: "an empty POST", method: "POST", body: .none, headers: [],
            expected: ["POST /path?a=b", "Content-Length: 0"], unexpected: ["Content-Type", "Expect"]),
        Sent(
            testDescription: "bytes with a zero", method: "PATCH", body: .bytes(Array("a\0b".utf8)),
            headers: [HTTPHeader("Content-Type", "text/x")],
            expected: ["PATCH /path?a=b", "Content-Length: 3", "Content-Type: text/x", "\r\n\r\na\0b"],
            unexpected: ["Expect"]),
        Sent(
            testDescription: "an empty host", method: "GET", body: .none, headers: [HTTPHeader("Host", "")],
            expected: ["Host:\r\n"], unexpected: ["localhost"]),
    ]

    @Test(arguments: sent)
    func sends(_ sent: Sent) throws {
        let server = try ScriptedServer { _ in .bytes(Self.hello) }
        defer { server.stop() }
        var session = try HTTPSession()
        let request = Self.request(server) { request in
            request.method = sent.method
            request.body = sent.body
            request.headers = sent.headers
        }
        #expect(try session.perform(request).status == 200)
        let text = try #require(server.requests.first)
        for words in sent.expected { #expect(text.contains(words)) }
        for words in sent.unexpected { #expect(!text.contains(words)) }
    }

    @Test
    func sendsAStreamInChunks() throws {
        let server = try ScriptedServer { _ in .bytes(Self.hello) }
        defer { server.stop() }
        let left = Mutex(5)
        let body = RequestBody.stream { _ in
            left.withLock { left in
                left -= 1
                // More than was asked for, and once nothing at all.
                return left < 0 ? nil : [UInt8](repeating: UInt8(ascii: "x"), count: left == 2 ? 0 : 100_000)
            }
        }
        var session = try HTTPSession()
        let request = Self.request(server) { request in
            request.method = "POST"
            request.body = body
        }
        #expect(try session.perform(request).status == 200)
        let text = try #require(server.requests.first)
        #expect(text.hasPrefix("POST "))
        #expect(text.utf8.filter { $0 == UInt8(ascii: "x") }.count == 400_000)
    }

    struct Broken: Error {}

    @Test
    func endsWithWhatAStreamThrows() throws {
        let server = try ScriptedServer { _ in .bytes(Self.hello) }
        defer { server.stop() }
        let error = try Self.failure(
            of: Self.request(server) { request in
                request.method = "POST"
                request.body = .stream { _ in throw Broken() }
            })
        #expect(error.cause is Broken)
        #expect(!error.isCancelled)
    }

    @Test
    func handsOutChunksOfAGoodAnswerOnly() throws {
        let server = try ScriptedServer { request in
            .bytes(request.contains("/good") ? Self.hello : "HTTP/1.1 409 Conflict\r\nContent-Length: 3\r\n\r\nbad")
        }
        defer { server.stop() }
        var session = try HTTPSession()
        var pieces: [UInt8] = []
        var heads: [Int] = []
        for path in ["good", "bad"] {
            let response = try session.perform(
                Self.request(server) { $0.url = "http://localhost/\(path)" },
                onHead: { status, _ in heads.append(status) }, onChunk: { pieces += $0 })
            #expect(response.body == (path == "good" ? [] : Array("bad".utf8)))
        }
        #expect(pieces == Array("hello".utf8))
        #expect(heads == [200, 409])
    }

    @Test
    func endsWithWhatAChunkIsRefusedWith() throws {
        let server = try ScriptedServer { _ in .bytes(Self.hello) }
        defer { server.stop() }
        let error = try Self.failure(of: Self.request(server)) { _ in throw Broken() }
        #expect(error.cause is Broken)
    }

    @Test
    func doesNotFollowRedirects() throws {
        let server = try ScriptedServer { _ in
            .bytes("HTTP/1.1 302 Found\r\nLocation: http://localhost/other\r\nContent-Length: 0\r\n\r\n")
        }
        defer { server.stop() }
        var session = try HTTPSession()
        #expect(try session.perform(Self.request(server)).status == 302)
        #expect(server.requests.count == 1)
    }

    @Test
    func skipsInterimHeadsAndTakesTrailers() throws {
        let server = try ScriptedServer { _ in
            .bytes(
                "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "5\r\nhello\r\n0\r\nX-Trailer: y\r\n\r\n")
        }
        defer { server.stop() }
        var session = try HTTPSession()
        var heads: [Int] = []
        let response = try session.perform(Self.request(server), onHead: { status, _ in heads.append(status) })
        #expect(heads == [200])
        #expect(response.header("Link") == nil)
        #expect(response.header("X-Trailer") == "y")
        #expect(response.body == Array("hello".utf8))
    }

    @Test
    func refusesAnAnswerThatIsTooLong() throws {
        let server = try ScriptedServer { _ in
            .endless(String(repeating: "x", count: 8192), head: "HTTP/1.1 200 OK\r\n\r\n")
        }
        defer { server.stop() }
        let error = try Self.failure(of: Self.request(server) { $0.bodyLimit = 100_000 })
        #expect(
            error
                == HTTPClientError(
                    code: .tooLong, call: "write callback", message: "the answer is longer than 100000 bytes"))
    }

    @Test
    func refusesAHeadThatIsTooLong() throws {
        let server = try ScriptedServer { _ in
            .endless("X-More: \(String(repeating: "x", count: 1000))\r\n", head: "HTTP/1.1 200 OK\r\n")
        }
        defer { server.stop() }
        #expect(try Self.failure(of: Self.request(server)).code == .tooLong)
    }

    @Test
    func keepsTheBeginningOfARefusalHoweverLong() throws {
        let server = try ScriptedServer { _ in
            .endless(String(repeating: "x", count: 8192), head: "HTTP/1.1 500 Oh\r\n\r\n")
        }
        defer { server.stop() }
        var session = try HTTPSession()
        let response = try session.perform(Self.request(server))
        #expect(response.status == 500)
        #expect(response.body.count == HTTPRequest.errorBodyLimit)
    }

    @Test
    func endsAtItsDeadlineHoweverMuchArrives() throws {
        let server = try ScriptedServer { _ in .endless("x", head: "HTTP/1.1 200 OK\r\n\r\n") }
        defer { server.stop() }
        let error = try Self.failure(of: Self.request(server) { $0.timeout = .milliseconds(50) }) { _ in }
        #expect(error.isTimeout)
        #expect(!error.isCancelled)
    }

    @Test
    func endsWhenItIsCancelledFromElsewhere() async throws {
        let server = try ScriptedServer { _ in .silence }
        defer { server.stop() }
        let request = Self.request(server) { $0.timeout = nil }
        let cancellation = Cancellation()
        let pool = BlockingPool(name: "test", width: 1)
        await withTaskGroup(of: HTTPClientError?.self) { group in
            group.addTask {
                await #expect(throws: HTTPClientError.self) {
                    try await pool.run { () throws(HTTPClientError) -> Int in
                        var session = try HTTPSession()
                        return try session.perform(request, cancellation: cancellation).status
                    }
                }
            }
            while server.requests.isEmpty { await Task.yield() }
            cancellation.cancel()
            let error = await group.next() ?? nil
            #expect(error?.isCancelled == true)
            #expect(error?.isTimeout == false)
        }
    }

    @Test
    func neverBeginsWhenItIsCancelledAlready() throws {
        let server = try ScriptedServer { _ in .bytes(Self.hello) }
        defer { server.stop() }
        let cancellation = Cancellation()
        cancellation.cancel()
        var session = try HTTPSession()
        let error = #expect(throws: HTTPClientError.self) {
            try session.perform(Self.request(server), cancellation: cancellation)
        }
        #expect(error?.isCancelled == true)
        #expect(server.requests.isEmpty)
        #expect(try session.perform(Self.request(server)).status == 200)
    }

    @Test
    func saysThatNobodyListens() throws {
        let directory = try TemporaryDirectory()
        let error = try Self.failure(of: HTTPRequest(socketPath: directory.path(of: "none"), url: "http://localhost/"))
        #expect(error.isConnectFailure)
        #expect(error.code == .cannotConnect)
    }

    @Test
    func saysThatTheOtherSideHungUp() throws {
        let server = try ScriptedServer { _ in .closing("") }
        defer { server.stop() }
        #expect(try Self.failure(of: Self.request(server)).code == .gotNothing)
    }

    @Test
    func saysThatAnAnswerBrokeOff() throws {
        let server = try ScriptedServer { _ in .closing("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello") }
        defer { server.stop() }
        let error = try Self.failure(of: Self.request(server))
        // CURLE_PARTIAL_FILE
        #expect(error.code == .init(rawValue: 18))
    }

    @Test(arguments: ["file:///etc/hostname", "ftp://localhost/", "gopher://localhost/", "nonsense"])
    func refusesAnythingButHTTP(_ url: String) throws {
        let error = try Self.failure(of: HTTPRequest(url: url, timeout: .seconds(5)))
        #expect(error.code == .init(rawValue: 1) || error.code == .malformedURL || error.isConnectFailure)
    }

    @Test
    func refusesControlCharactersInHeaders() throws {
        let server = try ScriptedServer { _ in .bytes(Self.hello) }
        defer { server.stop() }
        for header in [HTTPHeader("X", "a\r\nY: b"), HTTPHeader("X\nY", "b"), HTTPHeader("", "b")] {
            let error = try Self.failure(of: Self.request(server) { $0.headers = [header] })
            #expect(error.call == "curl_slist_append")
        }
        #expect(server.requests.isEmpty)
    }

    @Test
    func leavesNothingOpen() throws {
        let server = try ScriptedServer { _ in .bytes(Self.hello) }
        defer { server.stop() }
        let request = Self.request(server)
        let refused = HTTPRequest(socketPath: "/nowhere/at/all", url: "http://localhost/")
        func descriptors() throws -> Int { try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count }
        func round() throws {
            var session = try HTTPSession()
            _ = try session.perform(request)
            _ = try? session.perform(refused)
        }
        try round()
        let before = try descriptors()
        for _ in 0..<1000 { try round() }
        // Other tests open and close theirs meanwhile.
        #expect(try descriptors() < before + 200)
    }
}
