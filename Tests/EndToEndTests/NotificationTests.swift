import Foundation
import GitHosts
import Model
import Synchronization
import TestSupport
import Testing

/// Whoever wants to know is told how a deployment ended, and told again until it was heard.
@Suite struct NotificationTests {
    private static let key = Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")

    @Test func aNoticeIsDeliveredThoughTheReceiverFailsAndTheDaemonIsKilled() async throws {
        let receiver = try Receiver()
        let chat = try Receiver()
        let secrets = try TemporaryDirectory()
        let key = try Self.key.withValue { try secrets.write($0, to: "key") }
        let address = try secrets.write("http://127.0.0.1:\(chat.port)/services/T/B/x", to: "chat")
        for file in [key, address] { chmod(file, 0o600) }
        let settings = """
            notifications:
              - name: on-call
                url: http://127.0.0.1:\(receiver.port)/hook?team=a
                secret: { file: \(key) }
                allow_private: true
              - { kind: slack, url: { file: \(address) }, allow_private: true, on: [live], environments: [preview] }
              - name: inside
                url: http://localhost:\(receiver.port)/never
                secret: { file: \(key) }
            """
        receiver.answers([500])
        try await Scene.play(on: try ScriptedEngine(.podman), settings: settings) { scene in
            let first = try scene.push(page: "one")
            try await scene.live(first, in: "staging")
            try await scene.eventually("it is told once") { receiver.requests.count == 1 }
            // Killed between the failure and the second attempt.
            try await scene.eventually("the failure is on disk") {
                scene.notices().contains { $0.subscriber == "on-call" && $0.attempts == 1 }
            }
            scene.daemon.kill()
            try await scene.start()
            try await scene.eventually("it is told again, and heard") {
                scene.notices().contains { $0.subscriber == "on-call" && $0.state == .delivered && $0.attempts == 2 }
            }
            let requests = receiver.requests
            #expect(requests.count == 2 && requests.allSatisfy { $0.target == "/hook?team=a" })
            #expect(Set(requests.map { $0.headers["webhook-id"] }).count == 1)
            for request in requests { try expectSigned(request) }
            let body = try #require(JSONDocument(requests[1].body)?.root)
            #expect(body["type"]?.string == "deployment.live" && body["commit"]?.string == first.hex)
            #expect(body["url"]?.string == "http://staging--shop.localhost:\(scene.httpPort)")
            // Once more, because a person says so.
            let number = try #require(scene.notices().first { $0.subscriber == "on-call" }?.number)
            #expect(try scene.daemon.run("notifications", "--replay", "\(number)").status == 0)
            try await scene.eventually("it is told once more") { receiver.requests.count == 3 }
            #expect(receiver.requests[2].headers["webhook-id"] == requests[0].headers["webhook-id"])
            // Not into a network of one's own, unless that is allowed.
            try await scene.eventually("what is not allowed is said") {
                scene.notices().contains {
                    $0.subscriber == "inside" && $0.state == .failed
                        && $0.answer?.contains("not on the public internet") == true
                }
            }
            #expect(!receiver.requests.contains { $0.target == "/never" })
            // The chat wants to know of previews alone.
            try scene.checkOut("greeting", isNew: true)
            let second = try scene.push(page: "two", to: "greeting")
            try await scene.eventually("the chat is told") { chat.requests.count == 1 }
            let text = String(decoding: chat.requests[0].body, as: UTF8.self)
            #expect(
                text.hasPrefix(#"{"text":"*shop/greeting*: \#(second.short) of greeting is live\nhttp:"#), "\(text)")
            let listed = try scene.daemon.run("notifications").output
            #expect(listed.contains("on-call") && listed.contains("slack"), "\(listed)")
            // The address of the chat is a secret.
            #expect(!listed.contains("/services/") && !scene.daemon.logTail().contains("/services/"))
        }
    }

    /// A receiver that asks for an hour's peace is sent a notice at once all the same when a person says so.
    @Test func aNoticeThatWaitsIsSentAtOnceWhenAPersonSaysSo() async throws {
        let receiver = try Receiver()
        let secrets = try TemporaryDirectory()
        let key = try Self.key.withValue { try secrets.write($0, to: "key") }
        chmod(key, 0o600)
        let settings = """
            notifications:
              - name: on-call
                url: http://127.0.0.1:\(receiver.port)/hook
                secret: { file: \(key) }
                allow_private: true
            """
        receiver.answers([429], headers: ["Retry-After": "3600"])
        try await Scene.play(on: try ScriptedEngine(.podman), settings: settings) { scene in
            try await scene.live(try scene.push(page: "one"), in: "staging")
            try await scene.eventually("it waits") { scene.notices().contains { $0.attempts == 1 } }
            let notice = try #require(scene.notices().first)
            #expect(notice.state == .pending)
            let listed = try scene.daemon.run("notifications").output
            #expect(listed.contains("in 60 min"), "\(listed)")
            // When the next one is heard, the sender has seen that the first waits.
            try await scene.live(try scene.push(page: "two"), in: "staging")
            try await scene.eventually("the next one is heard") { scene.notices().contains { $0.state == .delivered } }
            #expect(try scene.daemon.run("notifications", "--replay", "\(notice.number)").status == 0)
            try await scene.eventually("it is heard") {
                scene.notices().contains { $0.number == notice.number && $0.state == .delivered }
            }
            #expect(receiver.requests.count == 3)
        }
    }

    private func expectSigned(_ request: LoopbackServer.Request) throws {
        let delivery = DeliveryRequest(
            headers: request.headers.map { .init(name: $0.key, value: $0.value) }, body: request.body)
        let reading = DeliveryReader.read(delivery, secrets: [Self.key])
        #expect((try? reading.get()) != nil, "\(reading)")
    }
}

/// Somebody who is told, and answers as a test wants.
private final class Receiver: Sendable {
    private struct State {
        var requests: [LoopbackServer.Request] = []
        var answers: [Int] = []
        var headers: [String: String] = [:]
    }

    private final class Memory: Sendable { let state = Mutex(State()) }

    private let memory = Memory()
    private let server: LoopbackServer
    var port: Int { server.port }
    var requests: [LoopbackServer.Request] { memory.state.withLock { $0.requests } }

    init() throws {
        let memory = memory
        server = try LoopbackServer { request in
            memory.state.withLock { state in
                state.requests.append(request)
                guard !state.answers.isEmpty else { return LoopbackServer.answer(204, []) }
                return LoopbackServer.answer(state.answers.removeFirst(), headers: state.headers, [])
            }
        }
    }

    /// The next answers; 204 after them.
    func answers(_ statuses: [Int], headers: [String: String] = [:]) {
        memory.state.withLock { ($0.answers, $0.headers) = (statuses, headers) }
    }

    deinit { server.stop() }
}

extension Scene {
    /// Who was told what, newest first.
    func notices() -> [Notice] { get([Notice].self, "/notifications") ?? [] }
}
