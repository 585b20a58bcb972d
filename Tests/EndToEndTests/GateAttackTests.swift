import Glibc
import Model
import TestSupport
import Testing

/// Attacks on the open port of a real daemon. After each, a good delivery still gets in and the secret is nowhere.
@Suite(.serialized) struct GateAttackTests {
    /// A-1, A-2, A-3: every doubtful signature gets the same words; the operator sees which and how many.
    @Test func doubtfulSignaturesGetTheSameAnswer() async throws {
        try await Gatehouse.run { house in
            let body = house.push()
            let good = Signature.sha256(secret: house.secret, body: body)
            let doubtful = [
                "", "X-Hub-Signature-256: \r\n", "X-Hub-Signature-256: sha256=\r\n",
                "X-Hub-Signature-256: sha256=\(good.dropLast())\r\n", "X-Hub-Signature-256: sha256=\(good)0\r\n",
                "X-Hub-Signature-256: sha256=\(good.uppercased())\r\n", "X-Hub-Signature-256: \(good)\r\n",
                "X-Hub-Signature-256: sha256=sha256=\(good)\r\n", "X-Hub-Signature-256: sha1=\(good.prefix(40))\r\n",
                "X-Hub-Signature: sha1=\(good.prefix(40))\r\n", "X-Hub-Signature: sha256=\(good)\r\n",
                "X-Hub-Signature-256: sha256=\(Signature.sha256(secret: "", body: body))\r\n",
                "X-Hub-Signature-256: sha256=\(Signature.sha256(secret: "guess", body: body))\r\n",
            ]
            var answers: Set<String> = []
            for signature in doubtful {
                let answer = try house.exchange(house.head(of: body, signature: signature), body)
                #expect(Gatehouse.status(answer) == 401, "\(signature)")
                answers.insert(String(answer.drop { $0 != "{" }))
            }
            #expect(answers.count == 1)
            let two = "X-Hub-Signature-256: sha256=\(good)\r\nX-Hub-Signature-256: sha256=\(good)\r\n"
            #expect(Gatehouse.status(try house.exchange(house.head(of: body, signature: two), body)) == 400)
            #expect(house.counter("unauthorised") == doubtful.count)
            #expect(house.counter("malformed") == 1)
            try await house.eventually("the operator is told") {
                house.events().contains { $0.kind == "delivery.rejected" && $0.message.contains("GitHub") }
            }
            // One event for all of them: a flood of refusals is no flood of events.
            #expect(house.events().count { $0.kind == "delivery.rejected" } == 1)
        }
    }

    /// A-7: an authentic delivery that says that a branch is gone deletes nothing while Git has it.
    @Test func nothingIsGoneBecauseADeliverySaysSo() async throws {
        try await Gatehouse.run { house in
            try house.workshop.push(to: "topic", of: "shop")
            #expect(try house.deliver() == 202)
            try await house.eventually("the branch is seen") {
                house.events().contains { $0.message.contains("topic") }
            }
            let before = house.events().map(\.message)
            let listed = house.project()?.listedAt
            let deletion = Array(#"{"ref":"topic","ref_type":"branch","repository":{}}"#.utf8)
            #expect(try house.deliver(deletion, event: "delete") == 202)
            #expect(try house.deliver(house.push("refs/heads/topic"), event: "ping") == 202)
            try await house.eventually("the remote is listed again") { house.project()?.listedAt != listed }
            #expect(house.events().map(\.message) == before)
        }
    }

    /// A-8: addresses in a payload are never asked for anything.
    @Test func addressesInPayloadsAreNotUsed() async throws {
        try await Gatehouse.run { house in
            let trap = try #require(Trap())
            let url = "http://127.0.0.1:\(trap.port)/evil.git"
            let listed = house.project()?.listedAt
            let fields = ["clone_url", "ssh_url", "git_url", "html_url", "url"].map { #""\#($0)":"\#(url)""# }
            #expect(
                try house.deliver(house.push(repository: "{\(fields.joined(separator: ","))}")) == 202)
            try await house.eventually("the remote is listed again") { house.project()?.listedAt != listed }
            #expect(!trap.isVisited)
        }
    }

    /// A-10: a flood of valid deliveries is coalesced; each one is a row, and few make the daemon look.
    @Test func aFloodOfValidDeliveriesMakesFewLooks() async throws {
        try await Gatehouse.run { house in
            let before = house.daemon.lines(saying: "listed 1 repositories")
            let began = ContinuousClock.now
            for _ in 0..<300 {
                let status = try house.deliver()
                #expect(status == 202)
            }
            // Each one counted, and the same id again is none.
            let body = house.push()
            for _ in 0..<3 {
                let answer = try house.exchange(house.head(of: body, id: "same"), body)
                #expect(Gatehouse.status(answer) == 202)
            }
            #expect(house.counter("accepted") == 301)
            #expect(house.counter("duplicate") == 2)
            let seconds = Int((ContinuousClock.now - began) / .seconds(1)) + 1
            let looks = house.daemon.lines(saying: "listed 1 repositories") - before
            #expect(looks <= 8 + 2 * seconds)
        }
    }

    /// A-20: bodies beyond the limit are refused before they are read; memory stays where it was.
    @Test func hugeBodiesAreRefusedUnread() async throws {
        try await Gatehouse.run { house in
            let before = house.residentKiB
            let fields = "Host: h\r\nContent-Type: application/json\r\n"
            let line = "POST /hooks/shop HTTP/1.1\r\n"
            for _ in 0..<20 {
                let answer = try house.exchange("\(line)\(fields)Content-Length: 10000000000\r\n\r\n")
                #expect(Gatehouse.status(answer) == 413)
            }
            let endless = try house.exchange("\(line)\(fields)Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n")
            #expect(Gatehouse.status(endless) == 411)
            // Bytes behind a refusal go nowhere.
            let client = try #require(RawClient(port: house.port))
            client.send("\(line)\(fields)Content-Length: 10000000000\r\n\r\n")
            for _ in 0..<64 { client.send([UInt8](repeating: 0x20, count: 1 << 20)) }
            _ = client.receiveToEnd()
            #expect(house.residentKiB < before + 32 * 1024)
            #expect(house.counter("too-large") >= 20)
            try await house.eventually("the operator is told") {
                house.events().contains { $0.message.contains("limits.delivery") }
            }
        }
    }

    /// A-21, A-23, A-30: bodies that are hard to read cost little, whether they are believed or not.
    @Test func bodiesThatAreHardToReadCostLittle() async throws {
        try await Gatehouse.run { house in
            let deep = [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)
            let objects = Array(String(repeating: #"{"a":"#, count: 500_000).utf8)
            for body in [deep, objects] { #expect(try house.deliver(body) == 400) }
            var keys = #"{"ref":"refs/heads/main""#
            for number in 0..<200_000 { keys += ",\"\(number)\":1" }
            #expect(try house.deliver(Array((keys + "}").utf8)) == 202)
            let form = Array("--x\r\nContent-Disposition: form-data; name=\"payload\"\r\n\r\n{}\r\n--x--\r\n".utf8)
            let answer = try house.exchange(house.head(of: form, type: "multipart/form-data; boundary=x"), form)
            #expect(Gatehouse.status(answer) == 415)
            #expect(house.counter("malformed") == 2)
        }
    }

    /// A-32: nothing of a request comes back in a head, and a path that would split one is refused.
    @Test func nothingOfARequestSplitsAnAnswer() async throws {
        try await Gatehouse.run { house in
            for path in ["/hooks/shop%0d%0aX-Evil:%201", "/hooks/%0d%0a%0d%0aHTTP/1.1", "/api%0aX-Evil:%201"] {
                let answer = try house.exchange("GET \(path) HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
                #expect((400..<500).contains(Gatehouse.status(answer)))
                #expect(!answer.contains("X-Evil"))
            }
            let body = house.push()
            let answer = try house.exchange(
                house.head(of: body, id: "id-that-must-not-return", more: "X-Request-Id: mirror\r\n"), body)
            #expect(Gatehouse.status(answer) == 202)
            #expect(!answer.contains("id-that-must-not-return") && !answer.contains("mirror"))
        }
    }
}

/// A port that somebody listens on and nobody should come to.
private final class Trap {
    private let descriptor: Int32
    let port: Int

    init?() {
        guard let free = Loopback.freePort() else { return nil }
        port = free
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let isBound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isBound, listen(descriptor, 8) == 0 else { return nil }
    }

    deinit { close(descriptor) }

    /// Whether a connection waits to be accepted.
    var isVisited: Bool {
        var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&polled, 1, 0) > 0
    }
}
