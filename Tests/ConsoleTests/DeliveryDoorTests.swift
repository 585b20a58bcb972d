import Daemon
import GitHosts
import HTTPServer
import Model
import Testing

@testable import Console

struct DeliveryDoorTests {
    private static let json = "Content-Type: application/json\r\n"

    /// refused by the head alone, and the operator is told why.
    @Test(arguments: [
        (json, 413, "Content-Length: 10000000000\r\n", "10000000000 bytes"),
        ("Content-Type: multipart/form-data; boundary=x\r\n", 415, "Content-Length: 2\r\n", "application/json or"),
        ("", 415, "Content-Length: 2\r\n", "application/json or"),
        (json + "Content-Encoding: gzip\r\n", 415, "Content-Length: 2\r\n", "without Content-Encoding"),
        (json + "Content-Encoding: identity\r\nContent-Encoding: br\r\n", 415, "Content-Length: 2\r\n", "compressed"),
    ])
    func tellsTheDaemonWhatIsRefusedByItsHead(
        _ type: String, _ status: Int, _ length: String, _ words: String
    ) async throws {
        try await RunningConsole.run { console in
            let answer = await console.askOverTCP("POST /hooks/shop", fields: type + length)
            #expect(answer?.status == status)
            #expect(answer?.problem?.contains("limits.delivery") == false)
            let asked = console.control.asked
            #expect(asked.count == 1)
            #expect(asked.first?.hasPrefix("refused shop: ") == true)
            #expect(asked.first?.contains(words) == true)
        }
    }

    @Test func doesNotTellOfOtherRequests() async throws {
        try await RunningConsole.run { console in
            #expect(await console.askOverTCP("GET /nothing")?.status == 404)
            #expect(await console.askOverTCP("GET /hooks/shop")?.status == 405)
            #expect(await console.askOverTCP("POST /hooks/a/b", fields: Self.json)?.status == 404)
            #expect(console.control.asked.isEmpty)
        }
    }

    /// Nothing that is refused says more than another of its kind: not whether a secret is set, nor which check failed.
    @Test func problemsOfOneStatusAreTheSame() {
        for answer in [DeliveryAnswer.unauthorised, .malformed, .unsupported, .tooLarge, .unknownProject] {
            let response = Answers.delivery(answer)
            #expect(response.fields.contains { $0.value == "application/problem+json" })
            let text = String(decoding: response.body, as: UTF8.self)
            for word in ["secret", "X-Hub", "token", "slipway"] { #expect(!text.contains(word)) }
        }
    }

    @Test func countersAreForTheUnixSocketAlone() async throws {
        try await RunningConsole.run { console in
            #expect(await console.askOverTCP("GET /metrics")?.status == 404)
            let answer = await console.ask("GET /metrics")
            #expect(answer?.head.contains("content-type: text/plain; version=0.0.4") == true)
            #expect(
                answer?.body.contains("slipway_deliveries_total{project=\"shop\",outcome=\"accepted\"} 3\n") == true)
        }
    }
}
