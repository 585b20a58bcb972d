import HTTPServer
import TestSupport
import Testing

/// an answer whose fields could end their line early is never sent.
struct ResponseTests {
    /// CR LF is one Character to Swift, and neither of the two it consists of: looked at byte by byte.
    @Test(arguments: ["a\r\nX: b", "a\r", "\n", "a\0b", "a\u{7f}", "a\u{1b}[2J", "a\tb"])
    func aFieldWithAControlCharacterIsMalformed(_ text: String) {
        #expect(!Response(status: 200, fields: [.init(name: "x", value: text)]).isWellFormed)
        #expect(!Response(status: 200, fields: [.init(name: text, value: "x")]).isWellFormed)
    }

    @Test(arguments: ["", "a b", "a:", "ä", "(a)"]) func aNameThatIsNoTokenIsMalformed(_ name: String) {
        #expect(!Response(status: 200, fields: [.init(name: name, value: "x")]).isWellFormed)
    }

    @Test func valuesMayBeAnyText() {
        #expect(Response(status: 200, fields: [.init(name: "x-y", value: "a: b, \"ä\"")]).isWellFormed)
    }

    @Test func isAnsweredWithoutThem() throws {
        let echo = try EchoServer(holds: true)
        let client = try #require(RawClient(port: echo.port))
        client.send("GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        try #require(echo.nextHeld()).answer(
            Response(status: 200, fields: [.init(name: "location", value: "/\r\nSet-Cookie: a=b")]))
        let answer = try #require(client.receiveToEnd())
        #expect(answer.hasPrefix("HTTP/1.1 500"))
        #expect(!answer.contains("Set-Cookie"))
        echo.server.stop()
    }
}
