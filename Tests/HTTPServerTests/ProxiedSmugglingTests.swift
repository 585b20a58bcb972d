import Glibc
import HTTPServer
import TestSupport
import Testing

/// A-27 behind a real Caddy: what it and the server understand differently would let a client speak in another's name.
@Suite(.serialized) struct ProxiedSmugglingTests {
    /// Caddy in front of the server, and the same Caddy answering by itself: how many requests it finds in some bytes.
    private struct Front {
        let echo: EchoServer
        let proxyPort: Int
        let mirrorPort: Int
        let directory: TemporaryDirectory
        let caddy: BackgroundProgram

        init() throws {
            echo = try EchoServer(bodyLimit: 100_000)
            proxyPort = try #require(Loopback.freePort())
            mirrorPort = try #require(Loopback.freePort())
            directory = try TemporaryDirectory()
            let configuration = try directory.write(
                """
                {
                  admin off
                  auto_https off
                  servers {
                    protocols h1
                  }
                }
                http://:\(proxyPort) {
                  bind 127.0.0.1
                  reverse_proxy 127.0.0.1:\(echo.port) {
                    transport http {
                      max_conns_per_host 1
                    }
                  }
                }
                http://:\(mirrorPort) {
                  bind 127.0.0.1
                  respond "{method} {path} "
                }

                """, to: "Caddyfile")
            caddy = BackgroundProgram(
                "/usr/bin/caddy", ["run", "--adapter", "caddyfile", "--config", configuration],
                environment: ["HOME": directory.path])
            #expect(Loopback.waitForListener(at: proxyPort) && Loopback.waitForListener(at: mirrorPort))
        }

        /// Sends the bytes to a port and reads to the end.
        ///
        /// - Parameter milliseconds: how long nothing may come before the end of what is sent is told; nil: it is not
        ///   told. Caddy gives a request up whose client has sent its end.
        func send(_ bytes: String, to port: Int, endAfter milliseconds: Int32?) throws -> String {
            let client = try #require(RawClient(port: port))
            client.send(bytes)
            guard let milliseconds else { return client.receiveToEnd() ?? "" }
            var start: [UInt8] = []
            while let more = client.receive(milliseconds: milliseconds), !more.isEmpty { start += more }
            client.endSending()
            return String(decoding: start, as: UTF8.self) + (client.receiveToEnd() ?? "")
        }
    }

    @Test func theServerNeverFindsMoreThanTheProxyDid() throws {
        let front = try Front()
        var differences = 0
        for example in SmugglingTests.cases {
            let mirrored = try front.send(example.bytes, to: front.mirrorPort, endAfter: 0)
                .components(of: "HTTP/1.1 200")
            let before = front.echo.requests.count
            _ = try front.send(example.bytes, to: front.proxyPort, endAfter: 200)
            let found = front.echo.requests[before...].map { "/" + $0.head.target.segments.joined(separator: "/") }
            #expect(found.count <= mirrored, "\(example.name): \(found), \(mirrored) for the proxy")
            if mirrored < 2 { #expect(!found.contains("/hidden"), "\(example.name)") }
            differences += mirrored - found.count
            // The one connection to the server is in step: the next client gets its own answer.
            let mark = "/mine-\(before)"
            let answer = try front.send(
                "GET \(mark) HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", to: front.proxyPort, endAfter: nil)
            #expect(answer.components(of: "HTTP/1.1 200") == 1, "\(example.name): \(answer)")
            #expect(answer.contains("GET \(mark) 0"), "\(example.name): \(answer)")
        }
        // The proxy takes chunks, which the server does not: there are differences, all of them this way round.
        #expect(differences > 0)
        front.echo.server.stop()
    }

    /// The proxy's own requests are all understood: bodies of every length that two packets can be cut at.
    @Test func bodiesArriveAsTheyWereSent() throws {
        let front = try Front()
        for length in [0, 1, 100, 4095, 4096, 6400, 32 * 1024, 65_537, 100_000] {
            let body = String(repeating: "x", count: length)
            let answer = try front.send(
                "POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: \(length)\r\nConnection: close\r\n\r\n\(body)",
                to: front.proxyPort, endAfter: nil)
            #expect(answer.contains("POST /b \(length)"), "\(length): \(answer.prefix(200))")
        }
        front.echo.server.stop()
    }
}
