import Glibc
import Model
import TestSupport
import Testing

/// Floods of the open port of a real daemon: many connections, much text. A good delivery gets in throughout.
@Suite(.serialized) struct GateFloodTests {
    private static let line = "POST /hooks/shop HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
    private static let block = [UInt8](repeating: 0x20, count: 1 << 20)

    /// A-20: ten gigabytes are offered, the head is answered, and hardly a megabyte is taken.
    @Test func tenGigabytesWithoutCredentialsAreNotTaken() async throws {
        try await Gatehouse.run { house in
            let before = house.residentKiB
            for (length, status) in [("Content-Length: 10000000000", 413), ("Transfer-Encoding: chunked", 411)] {
                let client = try #require(RawClient(port: house.port))
                client.send("\(Self.line)\(length)\r\n\r\n")
                let taken = client.flood(Self.block, upTo: 10_000_000_000)
                #expect(taken < 64 << 20, "what the kernel's buffers hold, and no more")
                // Whoever goes on sending may see the end of the connection before the answer.
                let answer = client.receiveToEnd() ?? ""
                #expect(answer.isEmpty || Gatehouse.status(answer) == status)
            }
            #expect(house.residentKiB < before + 16 * 1024, "\(before), then \(house.residentKiB)")
        }
    }

    /// A-20: bodies within the limit, from many who never finish them, do not fill the memory.
    @Test func unfinishedBodiesDoNotFillTheMemory() async throws {
        try await Gatehouse.run { house in
            let before = house.residentKiB
            let length = 3_000_000
            let clients = (0..<200).compactMap { _ in RawClient(port: house.port) }
            #expect(clients.count == 200)
            for client in clients { client.send("\(Self.line)Content-Length: \(length)\r\n\r\n") }
            var most = before
            // All but the last byte of each: 600 MB, in small parts, a part of each in turn.
            let part = [UInt8](repeating: 0x20, count: 100_000)
            for round in 0..<29 {
                for client in clients { client.sendSome(part) }
                most = max(most, house.residentKiB)
                guard round.isMultiple(of: 5) else { continue }
                let status = try house.deliver()
                #expect(status == 202)
            }
            #expect(most < before + 160 * 1024, "\(before), then at most \(most)")
            // The room they had is free again once they are gone: as much as there is for one's own.
            let body = Array(
                (#"{"ref":"refs/heads/main","x":""# + String(repeating: "x", count: 2_900_000) + #""}"#).utf8)
            for _ in 0..<3 {
                let status = try house.deliver(body)
                #expect(status == 202)
            }
        }
    }

    /// A-23, and the largest limit there is: a delivery of 25 MiB is taken, a longer one is not.
    @Test func theLargestDeliveryIsTakenAndHardOnesAreCheap() async throws {
        try await Gatehouse.run(settings: "limits: { delivery: 25Mi }") { house in
            var keys = #"{"ref":"refs/heads/main""#
            for number in 0..<1_000_000 { keys += ",\"k\(number)\":1" }
            #expect(try house.deliver(Array((keys + "}").utf8)) == 202)
            let most = 25 << 20
            let (head, tail) = (Array(#"{"ref":"refs/heads/main","x":""#.utf8), Array(#""}"#.utf8))
            let filling = [UInt8](repeating: UInt8(ascii: "x"), count: most - head.count - tail.count)
            #expect(try house.deliver(head + filling + tail) == 202)
            let longer = try house.exchange("\(Self.line)Content-Length: \(most + 1)\r\n\r\n")
            #expect(Gatehouse.status(longer) == 413)
            // A-21: all of it brackets.
            #expect(try house.deliver([UInt8](repeating: UInt8(ascii: "["), count: most)) == 400)
        }
    }

    /// A-28: five thousand who say nothing, say a byte now and then, send half a request, or never read their answers.
    @Test func idleAndSlowClientsDoNotKeepOthersOut() async throws {
        try await Gatehouse.run { house in
            let before = house.residentKiB
            let asking = Array(String(repeating: "GET /readyz HTTP/1.1\r\nHost: h\r\n\r\n", count: 200).utf8)
            let clients = (0..<5000).compactMap { number -> RawClient? in
                guard let client = RawClient(port: house.port) else { return nil }
                switch number % 5 {
                case 0: client.send("POST /hooks/shop HTTP/1.1\r\nHost: h\r\nX-")
                case 1: client.send("\(Self.line)Content-Length: 1000\r\n\r\n{")
                case 2: client.endSending()
                case 3 where number < 1000: client.sendSome(asking)
                default: break
                }
                return client
            }
            #expect(clients.count == 5000)
            var times: [Duration] = []
            for _ in 0..<40 {
                for (number, client) in clients.prefix(500).enumerated() where number % 5 < 2 {
                    client.sendSome([UInt8(ascii: "a")])
                }
                let start = ContinuousClock.now
                #expect(try house.deliver() == 202)
                times.append(.now - start)
            }
            let most = house.residentKiB
            print(
                "beside 5,000 clients: median \(times.sorted()[20]), slowest \(times.max() ?? .zero);",
                "\((most - before) / 1024) MiB more")
            #expect(most < before + 96 * 1024, "\(before), then \(most)")
            // They are closed at their deadlines, whatever they go on to send.
            try await house.eventually("slow heads are closed") {
                clients[5].sendSome([UInt8(ascii: "a")])
                return clients[5].receive(milliseconds: 10)?.isEmpty == true
            }
            try await house.eventually("slow bodies are closed") {
                clients[6].sendSome([UInt8(ascii: "a")])
                return clients[6].receive(milliseconds: 10)?.isEmpty == true
            }
        }
    }
}
