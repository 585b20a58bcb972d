import Dispatch
import HTTPServer
import Synchronization
import TestSupport
import Testing

struct StreamTests {
    private static let get = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"
    private static let plain = [RequestHead.Field(name: "content-type", value: "text/plain")]

    @Test func sendsPiecesAsTheyAreWritten() throws {
        let echo = try EchoServer(holds: true)
        let client = try #require(RawClient(port: echo.port))
        client.send(Self.get)
        let writer = try #require(echo.nextHeld()).stream(status: 200, fields: Self.plain, byteLimit: 1000)
        #expect(client.receive(until: "\r\n\r\n")?.contains("chunked") == true)
        for piece in ["one", "two", "three"] {
            #expect(writer.write(Array(piece.utf8)))
            #expect(client.receive(until: piece) != nil)
        }
        writer.finish()
        #expect(client.receive(until: "0\r\n\r\n") != nil)
        #expect(!writer.write([1]))
        client.send(Self.get)
        #expect(echo.nextHeld() != nil)
    }

    @Test func sendsWhatWasWrittenBeforeTheEnd() throws {
        let echo = try EchoServer(holds: true)
        let client = try #require(RawClient(port: echo.port))
        client.send("GET /a HTTP/1.0\r\n\r\n")
        let writer = try #require(echo.nextHeld()).stream(status: 200, fields: Self.plain, byteLimit: 1_000_000)
        let line = [UInt8](repeating: UInt8(ascii: "x"), count: 1000)
        for _ in 0..<500 { writer.write(line) }
        writer.finish()
        let answer = try #require(client.receiveToEnd())
        #expect(answer.utf8.count { $0 == UInt8(ascii: "x") } >= 500_000)
    }

    @Test func aSlowReaderIsDropped() throws {
        let echo = try EchoServer(holds: true)
        let client = try #require(RawClient(port: echo.port))
        client.send(Self.get)
        let responder = try #require(echo.nextHeld())
        let left = DispatchSemaphore(value: 0)
        responder.onDisconnect { left.signal() }
        let writer = responder.stream(status: 200, fields: Self.plain, byteLimit: 100_000)
        let piece = [UInt8](repeating: 1, count: 50_000)
        var isOpen = true
        // The kernel's buffers take some megabytes before the bound is reached.
        for _ in 0..<10_000 where isOpen { isOpen = writer.write(piece) }
        #expect(!isOpen)
        #expect(client.receiveToEnd() != nil)
        #expect(left.wait(timeout: .now() + 10) == .success)
    }

    @Test func stopEndsStreams() throws {
        let echo = try EchoServer(holds: true)
        let client = try #require(RawClient(port: echo.port))
        client.send(Self.get)
        let writer = try #require(echo.nextHeld()).stream(status: 200, fields: Self.plain, byteLimit: 1000)
        writer.write(Array("before".utf8))
        #expect(client.receive(until: "before") != nil)
        echo.server.stop()
        #expect(client.receiveToEnd() != nil)
        #expect(!writer.write([1]))
    }
}
