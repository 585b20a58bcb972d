import Testing

@testable import HTTPServer

struct HeadGateTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let name: String
        var method = "POST"
        var target = "/hooks/shop"
        var version = "HTTP/1.1"
        var fields: [(String, String)] = [("Host", "h")]
        var isRegular = true
        let status: Int
        var testDescription: String { name }

        var outcome: Result<RequestHead, HeadGate.Refusal> {
            HeadGate.head(
                of: .init(
                    method: Array(method.utf8), target: Array(target.utf8), version: Array(version.utf8),
                    fields: fields.map { (Array($0.utf8), Array($1.utf8)) }, isRegular: isRegular),
                peer: .network)
        }
    }

    @Test(arguments: [
        Case(name: "layout", isRegular: false, status: 400),
        Case(name: "lower-case method", method: "post", status: 400),
        Case(name: "empty method", method: "", status: 400),
        Case(name: "HTTP/1.2", version: "HTTP/1.2", status: 505),
        Case(name: "absolute form", target: "http://h/hooks/shop", status: 400),
        Case(name: "asterisk form", target: "*", status: 400),
        Case(name: "space in target", target: "/a b", status: 400),
        Case(name: "no host", fields: [], status: 400),
        Case(name: "two hosts", fields: [("Host", "a"), ("Host", "b")], status: 400),
        Case(name: "space in name", fields: [("Host", "h"), ("X Y", "1")], status: 400),
        Case(name: "space before colon", fields: [("Host", "h"), ("Transfer-Encoding ", "chunked")], status: 400),
        Case(name: "empty name", fields: [("Host", "h"), ("", "1")], status: 400),
        Case(name: "carriage return in value", fields: [("Host", "h"), ("X", "a\rb")], status: 400),
        Case(name: "delete in value", fields: [("Host", "h"), ("X", "a\u{7f}b")], status: 400),
        Case(
            name: "two lengths", fields: [("Host", "h"), ("Content-Length", "5"), ("content-length", "5")], status: 400),
        Case(name: "signed length", fields: [("Host", "h"), ("Content-Length", "+5")], status: 400),
        Case(name: "hexadecimal length", fields: [("Host", "h"), ("Content-Length", "0x5")], status: 400),
        Case(name: "list of lengths", fields: [("Host", "h"), ("Content-Length", "5, 5")], status: 400),
        Case(name: "empty length", fields: [("Host", "h"), ("Content-Length", "")], status: 400),
        Case(
            name: "length beyond 64 bits", fields: [("Host", "h"), ("Content-Length", "18446744073709551616")],
            status: 413),
        Case(
            name: "length and encoding",
            fields: [("Host", "h"), ("Content-Length", "5"), ("Transfer-Encoding", "chunked")], status: 400),
        Case(name: "unknown encoding", fields: [("Host", "h"), ("Transfer-Encoding", "xchunked")], status: 400),
        Case(name: "two encodings", fields: [("Host", "h"), ("Transfer-Encoding", "chunked, identity")], status: 400),
        Case(name: "plain chunking", fields: [("Host", "h"), ("Transfer-Encoding", "chunked")], status: 411),
        Case(
            name: "too many fields", fields: [("Host", "h")] + (0..<100).map { ("X-\($0)", "1") }, status: 431),
    ])
    func refuses(_ example: Case) {
        guard case .failure(let refusal) = example.outcome else {
            Issue.record("it was accepted")
            return
        }
        #expect(refusal.response.status == example.status)
    }

    @Test func acceptsAnOrdinaryHead() throws {
        let head = try Case(
            name: "", target: "/hooks/shop?a=b",
            fields: [("Host", "h"), ("X-Thing", " v \t"), ("Content-Length", "12"), ("Content-Type", "Text/JSON ; x")],
            status: 0
        ).outcome.get()
        #expect(head.method == "POST")
        #expect(head.target == RequestTarget(segments: ["hooks", "shop"], query: [.init(name: "a", value: "b")]))
        #expect(head.contentLength == 12)
        #expect(head.value("x-thing") == "v")
        #expect(head.mediaType == "text/json")
    }

    @Test func acceptsHTTP10WithoutHost() throws {
        #expect(try Case(name: "", version: "HTTP/1.0", fields: [], status: 0).outcome.get().contentLength == 0)
    }
}

struct RequestTargetTests {
    @Test(arguments: [
        ("/", []), ("/a/b", ["a", "b"]), ("/a/", ["a", ""]), ("/a%20b", ["a b"]), ("/a+b", ["a+b"]),
        ("/%c3%a4", ["ä"]), ("/a%3Fb", ["a?b"]),
    ])
    func decodes(_ text: String, _ segments: [String]) {
        #expect(RequestTarget(parsing: text.utf8)?.segments == segments)
    }

    @Test(arguments: [
        "", "a", "*", "http://h/", "//a", "/a//b", "/a/../b", "/./a", "/%2e%2e/a", "/a%2fb", "/a%00", "/a%", "/a%4",
        "/a%zz", "/a\u{7f}", "/ä", "/%ff", "/a#b", "/a%0d%0ab", "/?a=%0a",
    ])
    func refuses(_ text: String) {
        #expect(RequestTarget(parsing: text.utf8) == nil)
    }

    @Test func decodesTheQuery() {
        #expect(
            RequestTarget(parsing: "/p?a=1&b=x+y%26z&c&d=&a=2".utf8)?.query == [
                .init(name: "a", value: "1"), .init(name: "b", value: "x y&z"), .init(name: "c", value: ""),
                .init(name: "d", value: ""), .init(name: "a", value: "2"),
            ])
    }
}
