import Daemon
import GitHosts
import Lifecycle
import Model
import Synchronization
import TestSupport
import Testing

struct ConsoleServiceTests {
    private static let json = "Content-Type: application/json\r\n"
    private static let staging = "/api/v1/projects/shop/environments/staging"

    @Test func tcpServesDeliveriesAndHealthAlone() async throws {
        try await RunningConsole.run { console in
            #expect(await console.askOverTCP("GET /healthz")?.status == 200)
            #expect(
                await console.askOverTCP("GET /readyz")?.body
                    == #"{"parts":[{"part":"engine","ready":true}],"ready":true}"#)
            #expect(await console.askOverTCP("POST /hooks/shop", fields: Self.json, body: "{}")?.status == 202)
            #expect(await console.askOverTCP("GET /api/v1/status")?.status == 404)
            #expect(await console.askOverTCP("POST \(Self.staging)/resume")?.status == 404)
            #expect(await console.ask("GET /healthz")?.status == 200)
            #expect(await console.ask("GET /api/v1/status")?.status == 200)
            #expect(console.control.asked.isEmpty)
        }
    }

    @Test func handsADeliveryOnAsItCame() async throws {
        try await RunningConsole.run { console in
            let fields = Self.json + "X-GitHub-Event: push\r\nX-Hub-Signature-256: a\r\nx-hub-signature-256: b\r\n"
            _ = await console.askOverTCP("POST /hooks/shop", fields: fields, body: #"{"a": 1}"#)
            let delivery = try #require(console.control.state.withLock { $0.deliveries.first })
            #expect(delivery.body == Array(#"{"a": 1}"#.utf8))
            #expect(delivery.headers.filter { $0.name == "x-hub-signature-256" }.map(\.value) == ["a", "b"])
        }
    }

    @Test(arguments: [
        (DeliveryAnswer.accepted, 202), (.unknownProject, 404), (.unauthorised, 401), (.malformed, 400),
        (.unsupported, 415), (.unavailable, 503),
    ])
    func answersDeliveries(_ answer: DeliveryAnswer, _ status: Int) async throws {
        let control = FakeControl()
        control.state.withLock { $0.answer = answer }
        try await RunningConsole.run(control) { console in
            let response = await console.askOverTCP("POST /hooks/shop", fields: Self.json, body: "{}")
            #expect(response?.status == status)
            if status >= 400 { #expect(response?.problem != nil) }
        }
    }

    @Test func isNotReadyWithTheReason() async throws {
        let control = FakeControl()
        let readiness = Readiness([.init(.engine, problem: "the engine does not answer"), .init(.store, problem: nil)])
        control.state.withLock { $0.readiness = readiness }
        try await RunningConsole.run(control) { console in
            let answer = await console.askOverTCP("GET /readyz")
            #expect(answer?.status == 503)
            #expect(
                answer?.body
                    == #"{"parts":[{"part":"engine","problem":"the engine does not answer","ready":false},"#
                    + #"{"part":"store","ready":true}],"ready":false}"#)
            #expect(await console.askOverTCP("GET /healthz")?.status == 200)
        }
    }

    @Test func answersValuesAsJSON() async throws {
        try await RunningConsole.run { console in
            let answer = await console.ask("GET \(Self.staging)/why")
            #expect(answer?.head.contains("content-type: application/json\r\n") == true)
            #expect(
                answer?.body
                    == #"{"environment":{"name":"staging","project":"shop"},"remedies":[],"sentences":["because"]}"#)
            #expect(await console.ask("GET /api/v1/projects/shop")?.status == 200)
            #expect(await console.ask("GET \(Self.staging)")?.status == 200)
            #expect(await console.ask("GET /api/v1/openapi.json")?.status == 200)
        }
    }

    @Test func carriesWishesOut() async throws {
        try await RunningConsole.run { console in
            let commit = String(repeating: "a", count: 40)
            let release = String(repeating: "b", count: 64)
            for (line, body) in [
                ("POST /api/v1/projects/shop/refresh", ""), ("POST /api/v1/projects/shop/approve-deletions", ""),
                ("POST /api/v1/projects/shop/approve-default-branch", ""),
                ("POST \(Self.staging)/deploy", #"{"commit":"\#(commit)"}"#),
                ("POST \(Self.staging)/hold", #"{"reason":"freeze"}"#), ("POST \(Self.staging)/resume", ""),
                ("POST \(Self.staging)/rollback", #"{"reason":"bad"}"#),
                ("POST \(Self.staging)/rollback", #"{"release":"\#(release)","reason":"bad"}"#),
                ("DELETE \(Self.staging)", ""),
            ] {
                let answer = await console.ask(line, fields: body.isEmpty ? "" : Self.json, body: body)
                #expect(answer?.status == 204, "\(line) \(answer?.body ?? "")")
            }
            #expect(
                console.control.asked == [
                    "refresh", "approve", "confirm", "deploy aaaaaaa shop/staging", "hold shop/staging freeze",
                    "resume shop/staging", "rollback shop/staging previous bad",
                    "rollback shop/staging bbbbbbbbbbbb bad", "delete shop/staging",
                ])
        }
    }

    @Test func passesParametersOn() async throws {
        try await RunningConsole.run { console in
            let commit = String(repeating: "c", count: 40)
            for path in [
                "/api/v1/projects/shop/history?environment=staging&limit=5", "/api/v1/projects/shop/builds",
                "/api/v1/projects/shop/builds/log?number=7", "\(Self.staging)/wait?commit=\(commit)&timeout=5",
                "\(Self.staging)/logs?service=web&tail=3",
            ] { #expect(await console.ask("GET \(path)")?.status == 200, "\(path)") }
            #expect(
                console.control.asked == [
                    "history staging 5", "builds 50", "log 7", "wait ccccccc shop/staging 5.0 seconds",
                    "logs shop/staging web 3 false",
                ])
        }
    }

    @Test(arguments: [
        ("GET /api/v1/projects/other", 404, "there is no project 'other'"),
        ("GET /api/v1/projects/No", 404, "'No' is no project's name"),
        ("GET \(staging)/wait?commit=abc", 400, "commit: the 40 digits of a commit's id are needed"),
        ("GET /api/v1/projects/shop/history?environment=A", 400, "environment: 'A' is no environment's name"),
        ("GET /api/v1/events?project=A", 400, "project: 'A' is no project's name"),
        ("GET /api/v1/nothing", 404, "there is nothing at this path"),
        ("PATCH /api/v1/status", 405, "PATCH is not possible here"),
    ])
    func answersProblems(_ line: String, _ status: Int, _ detail: String) async throws {
        try await RunningConsole.run { console in
            let answer = await console.ask(line)
            #expect(answer?.status == status)
            #expect(answer?.problem == detail)
            #expect(answer?.head.contains("content-type: application/problem+json") == true)
        }
    }
}
