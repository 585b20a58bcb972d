import TestSupport
import Testing

@testable import HTTPClient

/// Which addresses belong to the public internet, and that what is refused is never connected to.
@Suite struct PeerAddressTests {
    @Test(
        arguments: [
            [8, 8, 8, 8], [1, 1, 1, 1], [172, 15, 0, 1], [172, 32, 0, 1], [100, 63, 0, 1], [192, 167, 0, 1],
            [223, 1, 1, 1],
            [0x26, 6, 0x47, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x11, 0x11],
            [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 8, 8, 8, 8],
        ] as [[UInt8]])
    func isPublic(_ bytes: [UInt8]) { #expect(PeerAddress(bytes: bytes)?.isPublic == true) }

    @Test(
        arguments: [
            [0, 0, 0, 0], [127, 0, 0, 1], [127, 255, 255, 254], [10, 0, 0, 1], [172, 16, 0, 1], [172, 31, 255, 255],
            [192, 168, 1, 1], [169, 254, 169, 254], [100, 64, 0, 1], [198, 18, 0, 1], [224, 0, 0, 1],
            [255, 255, 255, 255],
            [192, 0, 2, 1],
            [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],  // ::
            [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],  // ::1
            [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 127, 0, 0, 1],  // ::127.0.0.1
            [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1],  // ::ffff:127.0.0.1
            [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, 10, 0, 0, 1],  // 64:ff9b::10.0.0.1
            [0x20, 0x02, 192, 168, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],  // 2002:c0a8:1::1
            [0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],  // fd00::1
            [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],  // fe80::1
            [0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],  // ff02::1
            [0x20, 0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],  // Teredo
        ] as [[UInt8]])
    func isNotPublic(_ bytes: [UInt8]) { #expect(PeerAddress(bytes: bytes)?.isPublic == false) }

    @Test func readsLikeAnAddress() {
        #expect(PeerAddress(bytes: [127, 0, 0, 1])?.description == "127.0.0.1")
        #expect(
            PeerAddress(bytes: [0xfe, 0x80] + [UInt8](repeating: 0, count: 13) + [1])?.description
                == "fe80:0:0:0:0:0:0:1")
        #expect(PeerAddress(bytes: [1, 2, 3]) == nil)
    }

    /// Every way to write the same address ends at the same socket.
    @Test(arguments: [
        "127.0.0.1", "localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "[::ffff:127.0.0.1]", "0",
    ])
    func whatIsNotAdmittedIsNeverConnectedTo(_ host: String) throws {
        let server = try LoopbackServer { _ in LoopbackServer.answer(200, []) }
        defer { server.stop() }
        var session = try HTTPSession()
        let request = HTTPRequest(url: "http://\(host):\(server.port)/", admits: { $0.isPublic })
        let failure = #expect(throws: HTTPClientError.self) { _ = try session.perform(request) }
        #expect(failure?.code == .refusedAddress, "\(host): \(failure.map { "\($0)" } ?? "")")
    }

    @Test func whatIsAdmittedIsConnectedTo() throws {
        let server = try LoopbackServer { _ in LoopbackServer.answer(200, Array("hello".utf8)) }
        defer { server.stop() }
        var session = try HTTPSession()
        // A kept connection is no way around it.
        let url = "http://127.0.0.1:\(server.port)/"
        #expect(try session.perform(HTTPRequest(url: url, admits: { _ in true })).body == Array("hello".utf8))
        let failure = #expect(throws: HTTPClientError.self) {
            _ = try session.perform(HTTPRequest(url: url, admits: { $0.isPublic }))
        }
        #expect(failure?.code == .refusedAddress)
        #expect(failure?.message == "the address 127.0.0.1 is not allowed")
    }
}
