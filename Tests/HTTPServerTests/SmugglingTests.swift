import HTTPServer
import TestSupport
import Testing

/// Heads that two readers could understand differently, sent as raw bytes with a second request behind them.
struct SmugglingTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let name: String
        let bytes: String
        var testDescription: String { name }
    }

    private static let hidden = "GET /hidden HTTP/1.1\r\nHost: h\r\n\r\n"

    private static func post(_ name: String, _ fields: String, body: String = "") -> Case {
        Case(name: name, bytes: "POST /a HTTP/1.1\r\nHost: h\r\n\(fields)\r\n\r\n\(body)\(hidden)")
    }

    static let cases = [
        post("two lengths", "Content-Length: 5\r\nContent-Length: 0", body: "hello"),
        post("equal lengths", "Content-Length: 5\r\nContent-Length: 5", body: "hello"),
        post("length, then encoding", "Content-Length: 5\r\nTransfer-Encoding: chunked", body: "0\r\n\r\n"),
        post("encoding, then length", "Transfer-Encoding: chunked\r\nContent-Length: 5", body: "0\r\n\r\n"),
        post("plain chunking", "Transfer-Encoding: chunked", body: "0\r\n\r\n"),
        post("space before colon", "Transfer-Encoding : chunked", body: "0\r\n\r\n"),
        post("tab before colon", "Transfer-Encoding\t: chunked", body: "0\r\n\r\n"),
        post("unknown encoding", "Transfer-Encoding: xchunked", body: "0\r\n\r\n"),
        post("two encodings", "Transfer-Encoding: chunked, identity", body: "0\r\n\r\n"),
        post("encoding twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", body: "0\r\n\r\n"),
        post("signed length", "Content-Length: +5", body: "hello"),
        post("hexadecimal length", "Content-Length: 0x5", body: "hello"),
        post("list of lengths", "Content-Length: 5, 5", body: "hello"),
        post("length beyond 64 bits", "Content-Length: 18446744073709551616"),
        post("length of all ones", "Content-Length: 18446744073709551615"),
        post("negative length", "Content-Length: -1"),
        post("huge chunk", "Transfer-Encoding: chunked", body: "fffffffffffffffff\r\n"),
        post(
            "chunk extension", "Transfer-Encoding: chunked",
            body: "0;" + String(repeating: "x", count: 65536) + "\r\n\r\n"),
        post("folded line", "X: a\r\n b"),
        post("folded length", "X: a\r\n Content-Length: 5"),
        post("folded with tab", "X: a\r\n\tb"),
        post("folded first", " X: a"),
        post("NUL in value", "X: a\0b"),
        post("NUL in name", "X\0Y: a"),
        post("NUL hides a length", "X: a\0Content-Length: 5"),
        post("bare CR in value", "X: a\rContent-Length: 5"),
        post("space in name", "X Y: a"),
        post("no colon", "nonsense"),
        post("empty name", ": a"),
        post("two hosts", "Host: other"),
        Case(name: "bare LF after request line", bytes: "POST /a HTTP/1.1\nHost: h\r\n\r\n" + hidden),
        Case(name: "bare LF after a field", bytes: "POST /a HTTP/1.1\r\nHost: h\nX: y\r\n\r\n" + hidden),
        Case(name: "bare LF after the last field", bytes: "POST /a HTTP/1.1\r\nHost: h\n\r\n" + hidden),
        Case(name: "bare LF at the end", bytes: "POST /a HTTP/1.1\r\nHost: h\r\n\n" + hidden),
        Case(name: "only bare LF", bytes: "POST /a HTTP/1.1\nHost: h\n\n" + hidden),
        Case(name: "no host", bytes: "POST /a HTTP/1.1\r\nX: y\r\n\r\n" + hidden),
        Case(name: "no fields", bytes: "POST /a HTTP/1.1\r\n\r\n" + hidden),
        Case(name: "absolute form", bytes: "GET http://h/a HTTP/1.1\r\nHost: h\r\n\r\n" + hidden),
        Case(name: "authority form", bytes: "CONNECT h:80 HTTP/1.1\r\nHost: h\r\n\r\n" + hidden),
        Case(name: "two spaces", bytes: "GET  /a HTTP/1.1\r\nHost: h\r\n\r\n" + hidden),
        Case(name: "space after target", bytes: "GET /a  HTTP/1.1\r\nHost: h\r\n\r\n" + hidden),
        Case(name: "space after version", bytes: "GET /a HTTP/1.1 \r\nHost: h\r\n\r\n" + hidden),
        Case(name: "bare CR in target", bytes: "GET /a\rb HTTP/1.1\r\nHost: h\r\n\r\n" + hidden),
        Case(name: "NUL in target", bytes: "GET /a\0b HTTP/1.1\r\nHost: h\r\n\r\n" + hidden),
        Case(name: "encoded NUL in target", bytes: "GET /a%00b HTTP/1.1\r\nHost: h\r\n\r\n" + hidden),
        Case(name: "tab for space", bytes: "GET\t/a\tHTTP/1.1\r\nHost: h\r\n\r\n" + hidden),
        Case(name: "HTTP/0.9", bytes: "GET /a\r\n\r\n" + hidden),
        Case(name: "HTTP/2.0", bytes: "GET /a HTTP/2.0\r\nHost: h\r\n\r\n" + hidden),
        Case(name: "lower-case version", bytes: "GET /a http/1.1\r\nHost: h\r\n\r\n" + hidden),
        Case(
            name: "head beyond memory",
            bytes: "GET /a HTTP/1.1\r\nHost: h\r\nX: " + String(repeating: "x", count: 70_000)),
        Case(name: "target beyond memory", bytes: "GET /" + String(repeating: "x", count: 70_000)),
    ]

    @Test(arguments: cases)
    func getsOneAnswerAndTheConnectionIsClosed(_ example: Case) throws {
        let echo = try EchoServer()
        let client = try #require(RawClient(port: echo.port))
        client.send(example.bytes)
        let answer = try #require(client.receiveToEnd(), "the connection stayed open")
        #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 4") || answer.hasPrefix("HTTP/1.1 5"))
        // The library refuses a malformed Content-Length before anybody is asked, and 0.9.75 writes the head of
        // its answer twice (the second one inside the first one's body), then closes.
        let heads = answer.contains("<b>Content-Length</b>") ? 2 : 1
        #expect(answer.components(of: "HTTP/1.1 ") <= heads)
        #expect(echo.requests.isEmpty)
        echo.server.stop()
    }

    @Test func answersMostOfThemAtAll() throws {
        let echo = try EchoServer()
        var silent: [String] = []
        for example in Self.cases {
            let client = try #require(RawClient(port: echo.port))
            client.send(example.bytes)
            if client.receiveToEnd() == "" { silent.append(example.name) }
        }
        // The library closes without a word where it finds no space in the first line.
        #expect(silent.allSatisfy { ["tab for space"].contains($0) }, "\(silent)")
    }
}

extension String {
    /// How often a text occurs.
    func components(of text: String) -> Int { ranges(of: text).count }
}
