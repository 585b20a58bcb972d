import TestSupport
import Testing

@testable import HTTPServer

/// Bodies that are not finished share a bounded memory; the oldest of them make room for the newest.
struct BodyRoomTests {
    private static let part = [UInt8](repeating: 0x20, count: 50_000)

    private func server(room: Int) throws -> EchoServer {
        var limits = Limits()
        limits.bodyBytes = room
        return try EchoServer(limits: limits, bodyLimit: 100_000)
    }

    /// Sends the head and half of the body.
    private func begin(at echo: EchoServer) throws -> RawClient {
        let client = try #require(RawClient(port: echo.port))
        client.send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\nConnection: close\r\n\r\n")
        client.send(Self.part)
        return client
    }

    @Test func theOldestUnfinishedOnesAreBrokenOff() throws {
        let echo = try server(room: 1_000_000)
        let clients = try (0..<40).map { number in
            let client = try begin(at: echo)
            // One after the other, so that there is an oldest: the library has two threads at most.
            #expect(client.receive(milliseconds: 20) == nil, "\(number) is still welcome")
            return client
        }
        #expect(clients[0].receive()?.isEmpty == true)
        #expect(clients[10].receive()?.isEmpty == true)
        // The newest may finish.
        clients[39].send(Self.part)
        #expect(clients[39].receiveToEnd()?.contains("POST /a 100000") == true)
        #expect(echo.requests.count == 1)
    }

    @Test func theRoomIsFreeAgainAfterEachRequest() throws {
        let echo = try server(room: 120_000)
        for _ in 0..<20 {
            let client = try begin(at: echo)
            client.send(Self.part)
            #expect(client.receiveToEnd()?.contains("POST /a 100000") == true)
        }
        // And after those that leave in the middle.
        for _ in 0..<20 { _ = try begin(at: echo) }
        let client = try begin(at: echo)
        client.send(Self.part)
        #expect(client.receiveToEnd()?.contains("POST /a 100000") == true)
    }

    /// Whoever waits for an answer keeps his room: there is nothing that could be broken off.
    @Test func requestsThatAreAnsweredMakeNoRoom() throws {
        var limits = Limits()
        limits.bodyBytes = 150_000
        let echo = try EchoServer(limits: limits, bodyLimit: 100_000, holds: true)
        let first = try begin(at: echo)
        first.send(Self.part)
        let responder = try #require(echo.nextHeld())
        let second = try begin(at: echo)
        second.send(Self.part)
        #expect(second.receiveToEnd() == "")
        responder.answer(.text(200, "well"))
        #expect(first.receiveToEnd()?.contains("well") == true)
        let third = try begin(at: echo)
        third.send(Self.part)
        try #require(echo.nextHeld()).answer(.text(200, "well"))
        #expect(third.receiveToEnd()?.contains("well") == true)
    }
}
