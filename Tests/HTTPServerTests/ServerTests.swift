import Dispatch
import Glibc
import HTTPServer
import Synchronization
import TestSupport
import Testing

struct ServerTests {
    private static let get = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"

    @Test func keepsTheConnectionForTheNextRequest() throws {
        let echo = try EchoServer()
        let client = try #require(RawClient(port: echo.port))
        client.send(Self.get)
        #expect(client.receive(until: "GET /a 0\n") != nil)
        client.send("POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello")
        #expect(client.receive(until: "POST /b 5\n") != nil)
        #expect(echo.requests.map(\.body) == [[], Array("hello".utf8)])
    }

    @Test func answersPipelinedRequestsInOrder() throws {
        let echo = try EchoServer()
        let client = try #require(RawClient(port: echo.port))
        let post = "POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello"
        client.send(Self.get + post + Self.get)
        let answers = try #require(client.receive(until: "POST /b 5\n"))
        let isAll = answers.components(of: "GET /a 0\n") == 2
        let rest = isAll ? answers : answers + (client.receive(until: "GET /a 0\n") ?? "")
        #expect(rest.components(of: "HTTP/1.1 200") == 3)
    }

    @Test func readsFieldsWithoutAValue() throws {
        let echo = try EchoServer()
        let client = try #require(RawClient(port: echo.port))
        client.send("\r\nGET /a HTTP/1.1\r\nHost:h\r\nX-A:\r\nX-B:  \r\nX-C: \t c \t\r\nX-D:\r\n\r\n")
        #expect(client.receive(until: "GET /a 0\n") != nil)
        #expect(echo.requests.first?.head.fields.map(\.value) == ["h", "", "", "c", ""])
    }

    @Test func readsAHeadThatArrivesInPieces() throws {
        let echo = try EchoServer()
        let client = try #require(RawClient(port: echo.port))
        // More than the half of the memory that the library begins with, so that it has to grow what it reads into.
        let fields = (0..<60).map { "X-Field-\($0): \(String(repeating: "v", count: 350))\r\n" }.joined()
        let head = Array("POST /big HTTP/1.1\r\nHost: h\r\n\(fields)Content-Length: 5\r\n\r\nhello".utf8)
        var rest = head[...]
        while !rest.isEmpty {
            client.send(Array(rest.prefix(777)))
            rest = rest.dropFirst(777)
        }
        #expect(client.receive(until: "POST /big 5\n") != nil)
        #expect(echo.requests.first?.head.fields.count == 62)
    }

    @Test func readsALargeBodyAndContinuesWhenAsked() throws {
        let echo = try EchoServer(bodyLimit: 1_000_000)
        let client = try #require(RawClient(port: echo.port))
        client.send("POST /a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 1000000\r\n\r\n")
        #expect(client.receive(until: "100 Continue") != nil)
        client.send([UInt8](repeating: 7, count: 1_000_000))
        #expect(client.receive(until: "POST /a 1000000\n") != nil)
    }

    @Test func refusesABodyBeyondTheLimitBeforeReadingIt() throws {
        let echo = try EchoServer(bodyLimit: 10)
        let client = try #require(RawClient(port: echo.port))
        client.send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 10000000000\r\n\r\n")
        #expect(client.receiveToEnd()?.hasPrefix("HTTP/1.1 413") == true)
        #expect(echo.requests.isEmpty)
    }

    @Test func refusesByTheHeadAlone() throws {
        let echo = try EchoServer()
        let client = try #require(RawClient(port: echo.port))
        client.send("POST /refused HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n")
        #expect(client.receiveToEnd()?.hasPrefix("HTTP/1.1 404") == true)
    }

    @Test func isAnsweredFromAnotherThread() throws {
        let echo = try EchoServer(holds: true)
        let client = try #require(RawClient(port: echo.port))
        client.send(Self.get)
        let responder = try #require(echo.nextHeld())
        DispatchQueue.global().async { responder.answer(.text(201, "later")) }
        #expect(client.receive(until: "later\n")?.hasPrefix("HTTP/1.1 201") == true)
        client.send(Self.get)
        try #require(echo.nextHeld()).answer(.text(202, "again"))
        #expect(client.receive(until: "again\n") != nil)
    }

    @Test func onlyTheFirstAnswerCounts() throws {
        let echo = try EchoServer(holds: true)
        let client = try #require(RawClient(port: echo.port))
        client.send(Self.get)
        let responder = try #require(echo.nextHeld())
        responder.answer(.text(200, "first"))
        responder.answer(.text(500, "second"))
        #expect(client.receive(until: "first\n") != nil)
        client.send(Self.get)
        let next = try #require(echo.nextHeld())
        responder.answer(.text(500, "third"))
        next.answer(.text(200, "fourth"))
        #expect(client.receive(until: "fourth\n")?.contains("third") == false)
    }

    @Test func aForgottenRequestIsAnswered500() throws {
        let echo = try EchoServer(holds: true)
        let client = try #require(RawClient(port: echo.port))
        client.send(Self.get)
        _ = echo.nextHeld()
        #expect(client.receive(until: "\r\n\r\n")?.hasPrefix("HTTP/1.1 500") == true)
    }

    @Test func refusesToSplitAnAnswer() throws {
        let echo = try EchoServer(holds: true)
        let client = try #require(RawClient(port: echo.port))
        client.send(Self.get)
        let evil = RequestHead.Field(name: "x", value: "a\r\nSet-Cookie: b")
        try #require(echo.nextHeld()).answer(Response(status: 200, fields: [evil]))
        let answer = try #require(client.receive(until: "\r\n\r\n"))
        #expect(answer.hasPrefix("HTTP/1.1 500"))
        #expect(!answer.contains("Set-Cookie"))
    }

    @Test func headHasNoBody() throws {
        let echo = try EchoServer()
        let client = try #require(RawClient(port: echo.port))
        client.send("HEAD /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        let answer = try #require(client.receiveToEnd())
        #expect(answer.hasPrefix("HTTP/1.1 200"))
        #expect(answer.hasSuffix("\r\n\r\n"))
    }

    @Test func stopAnswersWhatIsOpen() throws {
        let echo = try EchoServer(holds: true)
        let client = try #require(RawClient(port: echo.port))
        client.send(Self.get)
        let responder = try #require(echo.nextHeld())
        let isTold = Mutex(false)
        responder.onDisconnect { isTold.withLock { $0 = true } }
        echo.server.stop()
        #expect(isTold.withLock { $0 })
        #expect(client.receiveToEnd()?.hasPrefix("HTTP/1.1 503") == true)
        #expect(RawClient(port: echo.port) == nil)
        responder.answer(.text(200, "too late"))
    }

    @Test func stopsWithIdleAndHalfSentConnections() throws {
        let echo = try EchoServer()
        let idle = try #require(RawClient(port: echo.port))
        let half = try #require(RawClient(port: echo.port))
        half.send("POST /a HTTP/1.1\r\nHost: h\r\nConte")
        let other = try #require(RawClient(port: echo.port))
        other.send(Self.get)
        #expect(other.receive(until: "GET /a 0\n") != nil)
        echo.server.stop()
        #expect(idle.receiveToEnd() == "")
        #expect(half.receiveToEnd() == "")
        #expect(other.receiveToEnd() == "")
    }

    @Test func leavesNothingBehind() throws {
        func openDescriptors() -> Int {
            guard let directory = opendir("/proc/self/fd") else { return -1 }
            defer { closedir(directory) }
            var count = 0
            while readdir(directory) != nil { count += 1 }
            return count
        }
        weak var last: Holder?
        let before = openDescriptors()
        for round in 0..<1000 {
            let holder = Holder()
            last = holder
            let server = try Server(
                listener: .tcp(host: "127.0.0.1", port: 0), admit: { _ in .admitted(bodyLimit: 0) },
                handle: { _, responder in holder.answer(responder) })
            if round % 10 == 0, let port = server.port, let client = RawClient(port: port) {
                client.send(round % 20 == 0 ? Self.get : "GET /a HTTP/1.1\nbroken\r\n\r\n")
                _ = client.receive()
            }
            server.stop()
        }
        #expect(last == nil)
        // Other tests of this process open and close sockets meanwhile.
        #expect(openDescriptors() < before + 500)
    }

    private final class Holder: Sendable {
        func answer(_ responder: Responder) { responder.answer(.text(200, "ok")) }
    }
}
