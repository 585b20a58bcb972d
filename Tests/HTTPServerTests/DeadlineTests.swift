import Dispatch
import Glibc
import TestSupport
import Testing

@testable import HTTPServer

struct DeadlineTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let phase: ConnectionPhase
        let seconds: Int
        var isFirst = true
        let isOverdue: Bool
        var testDescription: String { "\(phase) for \(seconds) s, first: \(isFirst)" }
    }

    @Test(arguments: [
        Case(phase: .waiting, seconds: 9, isOverdue: false), Case(phase: .waiting, seconds: 10, isOverdue: true),
        Case(phase: .waiting, seconds: 74, isFirst: false, isOverdue: false),
        Case(phase: .waiting, seconds: 75, isFirst: false, isOverdue: true),
        Case(phase: .head, seconds: 10, isFirst: false, isOverdue: true),
        Case(phase: .body, seconds: 29, isOverdue: false), Case(phase: .body, seconds: 30, isOverdue: true),
        Case(phase: .handling, seconds: 100_000, isOverdue: false),
        Case(phase: .sending, seconds: 60, isOverdue: true), Case(phase: .streaming, seconds: 30, isOverdue: true),
    ])
    func areAbsolute(_ example: Case) {
        #expect(
            Limits().isOverdue(example.phase, for: .seconds(example.seconds), isFirst: example.isFirst)
                == example.isOverdue)
    }

    /// Sends some bytes, then has the server look as if it were that much later until it closes.
    private func isClosed(after text: String, at age: Duration) throws -> Bool {
        let echo = try EchoServer()
        let client = try #require(RawClient(port: echo.port))
        client.send(text)
        for _ in 0..<200 {
            echo.server.reap(at: .now + age)
            if let bytes = client.receive(milliseconds: 20) { return bytes.isEmpty }
        }
        return false
    }

    @Test func closesAConnectionThatSaysNothing() throws {
        #expect(try isClosed(after: "", at: .seconds(10)))
    }

    @Test func closesAConnectionWhoseHeadIsSlow() throws {
        #expect(try isClosed(after: "POST /a HTTP/1.1\r\nHost: h\r\nX-", at: .seconds(10)))
    }

    @Test func closesAConnectionWhoseBodyIsSlow() throws {
        #expect(try isClosed(after: "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc", at: .seconds(30)))
    }

    @Test func closesAConnectionWhoseReaderIsSlow() throws {
        let echo = try EchoServer(holds: true)
        let client = try #require(RawClient(port: echo.port))
        client.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n")
        let size = 64 * 1024 * 1024
        try #require(echo.nextHeld()).answer(Response(status: 200, body: [UInt8](repeating: 1, count: size)))
        #expect(client.receive() != nil)
        echo.server.reap(at: .now + .seconds(59))
        #expect(echo.server.connectionCount == 1)
        echo.server.reap(at: .now + .seconds(60))
        let rest = try #require(client.receiveToEnd())
        #expect(rest.utf8.count < size)
    }

    @Test func noticesThatTheClientOfAHeldRequestHasLeft() throws {
        let directory = try TemporaryDirectory()
        let echo = try EchoServer(in: directory, holds: true)
        var client = RawClient(path: echo.server.address)
        try #require(client).send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n")
        let responder = try #require(echo.nextHeld())
        let left = DispatchSemaphore(value: 0)
        responder.onDisconnect { left.signal() }
        echo.server.reap(at: .now)
        #expect(left.wait(timeout: .now()) == .timedOut)
        client = nil
        echo.server.reap(at: .now)
        #expect(left.wait(timeout: .now() + 10) == .success)
        responder.answer(.text(200, "to nobody"))
    }
}
