import Crypto
import FoundationEssentials
import GitHosts
import Model
import Testing

/// Small deliveries of our own, signed here.
struct DeliveryReaderTests {
    private static let secret = "It's a Secret to Everybody"
    private static let commit = "199eddf46df50de8d02e99bf1c5fdb4101338224"
    private static let push = #"{"ref":"refs/heads/main","before":"\#(zeros)","after":"\#(commit)","forced":false}"#
    private static let zeros = String(repeating: "0", count: 40)

    private static func signature(_ body: String, _ secret: String = secret) -> String {
        "sha256=" + Hexadecimal.text(of: HMAC.sha256(key: Array(secret.utf8), message: Array(body.utf8)))
    }

    private static func read(
        _ headers: [(String, String)], _ body: String, secrets: [String] = [secret]
    ) -> Result<DeliveryContent, DeliveryRejection> {
        DeliveryReader.read(
            DeliveryRequest(headers: headers.map { .init(name: $0, value: $1) }, body: Array(body.utf8)),
            secrets: secrets.map { Secret($0) }, now: Timestamp(milliseconds: 0))
    }

    private static func gitHub(
        _ body: String = push, event: String = "push", signature: String? = nil, type: String = "application/json"
    ) -> [(String, String)] {
        [
            ("Content-Type", type), ("X-GitHub-Event", event), ("X-GitHub-Delivery", "d-1"),
            ("X-Hub-Signature-256", signature ?? Self.signature(body)),
        ]
    }

    @Test func readsAPushOfGitHub() throws {
        #expect(
            try Self.read(Self.gitHub(), Self.push).get()
                == DeliveryContent(
                    host: "github", deliveryID: "d-1", event: "push", ref: .branch("main"),
                    announced: ObjectID(Self.commit)))
    }

    @Test func readsAFormPost() throws {
        let escaped = Self.push.utf8.map { byte in
            "%" + Hexadecimal.text(of: [byte])
        }.joined()
        let body = "a=b&payload=\(escaped)"
        let headers = Self.gitHub(body, type: "application/x-www-form-urlencoded; charset=utf-8")
        #expect(try Self.read(headers, body).get().ref == .branch("main"))
    }

    @Test(arguments: ["ping", "star", "workflow_run", "check_suite"])
    func acceptsEventsThatSayNothingToUs(_ event: String) throws {
        let content = try Self.read(Self.gitHub("{}", event: event), "{}").get()
        #expect(content.event == event)
        #expect(content.ref == nil)
    }

    @Test func aDeletionAnnouncesNothing() throws {
        let body = #"{"ref":"refs/heads/gone","before":"\#(Self.commit)","after":"\#(Self.zeros)"}"#
        let content = try Self.read(Self.gitHub(body), body).get()
        #expect(content.ref == .branch("gone"))
        #expect(content.announced == nil)
    }

    @Test func namesTheDeliveryOfAScriptByItsBody() throws {
        let headers = Self.gitHub().filter { $0.0 != "X-GitHub-Delivery" }
        let content = try Self.read(headers, Self.push).get()
        #expect(content.deliveryID == "sha256:" + SHA256.hex(of: Self.push.utf8))
    }

    @Test func eitherOfTwoSecretsIsRight() throws {
        for secret in ["old", "new"] {
            let headers = Self.gitHub(signature: Self.signature(Self.push, secret))
            #expect(throws: Never.self) { try Self.read(headers, Self.push, secrets: ["old", "new"]).get() }
        }
    }

    struct Refusal: CustomTestStringConvertible, Sendable {
        let testDescription: String
        var headers: [(String, String)]
        var body = push
        var secrets = [secret]
        var isMalformed = false
    }

    private static let digits = String(signature(push).dropFirst(7))

    @Test(arguments: [
        Refusal(testDescription: "no signature", headers: gitHub().filter { $0.0 != "X-Hub-Signature-256" }),
        Refusal(testDescription: "empty signature", headers: gitHub(signature: "")),
        Refusal(testDescription: "no secret configured", headers: gitHub(), secrets: []),
        Refusal(testDescription: "empty secret", headers: gitHub(signature: signature(push, "")), secrets: [""]),
        Refusal(testDescription: "other secret", headers: gitHub(signature: signature(push, "other"))),
        Refusal(testDescription: "other body", headers: gitHub(), body: push + " "),
        Refusal(testDescription: "upper case", headers: gitHub(signature: "sha256=" + digits.uppercased())),
        Refusal(testDescription: "63 digits", headers: gitHub(signature: "sha256=" + digits.dropLast())),
        Refusal(testDescription: "65 digits", headers: gitHub(signature: "sha256=" + digits + "0")),
        Refusal(testDescription: "prefix twice", headers: gitHub(signature: "sha256=sha256=" + digits)),
        Refusal(testDescription: "no prefix", headers: gitHub(signature: digits)),
        Refusal(testDescription: "white space behind", headers: gitHub(signature: "sha256=" + digits + " ")),
        Refusal(testDescription: "SHA-1 in the 256 header", headers: gitHub(signature: "sha1=" + digits.prefix(40))),
        Refusal(
            testDescription: "SHA-1 header alone",
            headers: gitHub().map {
                $0.0 == "X-Hub-Signature-256" ? ("X-Hub-Signature", "sha1=" + digits.prefix(40)) : $0
            }),
        Refusal(
            testDescription: "two signatures", headers: gitHub() + [("x-hub-signature-256", signature(push))],
            isMalformed: true),
        Refusal(testDescription: "two events", headers: gitHub() + [("X-GitHub-Event", "ping")], isMalformed: true),
        Refusal(testDescription: "no host", headers: [("Content-Type", "application/json")], isMalformed: true),
        Refusal(testDescription: "not JSON", headers: gitHub("{"), body: "{", isMalformed: true),
        Refusal(
            testDescription: "form without payload", headers: gitHub("a=b", type: "application/x-www-form-urlencoded"),
            body: "a=b", isMalformed: true),
        Refusal(
            testDescription: "delivery id with control character",
            headers: gitHub().map { $0.0 == "X-GitHub-Delivery" ? ($0.0, "a\u{1b}[2J") : $0 }, isMalformed: true),
    ])
    func refuses(_ example: Refusal) {
        switch Self.read(example.headers, example.body, secrets: example.secrets) {
        case .failure(.unauthorised): #expect(!example.isMalformed)
        case .failure(.malformed): #expect(example.isMalformed)
        case .failure(.unsupported), .failure(.tooLarge), .success: Issue.record("it was not refused as it should be")
        }
    }

    @Test(arguments: ["text/plain", "multipart/form-data; boundary=x", "application/xml"])
    func supportsOnlyJSONAndForms(_ type: String) {
        guard case .failure(.unsupported) = Self.read(Self.gitHub(type: type), Self.push) else {
            Issue.record("it was read")
            return
        }
    }

    @Test func takesForgejoForForgejoAndGiteaForGitea() throws {
        var headers = Self.gitHub()
        headers.append(("X-Gitea-Event", "push"))
        headers.append(("X-Gitea-Signature", Self.digits))
        #expect(try Self.read(headers, Self.push).get().host == "gitea")
        headers.append(("X-Forgejo-Event", "push"))
        headers.append(("X-Forgejo-Signature", Self.digits))
        #expect(try Self.read(headers, Self.push).get().host == "forgejo")
    }

    @Test func giteaSignsTheJSONInsideAForm() throws {
        let body = "payload=" + Self.push.utf8.map { "%" + Hexadecimal.text(of: [$0]) }.joined()
        let headers = [
            ("Content-Type", "application/x-www-form-urlencoded"), ("X-Gitea-Event", "push"),
            ("X-Gitea-Signature", Self.digits),
        ]
        #expect(try Self.read(headers, body).get().ref == .branch("main"))
    }

    private static let scriptBody = #"{"repo":"acme/shop","ref":"refs/heads/main","sha":"\#(commit)"}"#

    @Test func readsAScript() throws {
        let headers = [
            ("Content-Type", "application/json"), ("X-Slipway-Event", "push"),
            ("X-Hub-Signature-256", Self.signature(Self.scriptBody)),
        ]
        #expect(
            try Self.read(headers, Self.scriptBody).get()
                == DeliveryContent(
                    host: "generic", deliveryID: "sha256:" + SHA256.hex(of: Self.scriptBody.utf8), event: "push",
                    ref: .branch("main"), announced: ObjectID(Self.commit)))
    }

    @Test func readsAScriptThatFollowsStandardWebhooks() throws {
        let key: [UInt8] = Array("0123456789abcdef".utf8)
        let code = HMAC.sha256(key: key, message: Array("msg_1.0.\(Self.scriptBody)".utf8))
        let headers = [
            ("Content-Type", "application/json"), ("webhook-id", "msg_1"), ("webhook-timestamp", "0"),
            ("webhook-signature", "v1,\(Data(code).base64EncodedString())"),
        ]
        let secrets = ["whsec_\(Data(key).base64EncodedString())"]
        #expect(try Self.read(headers, Self.scriptBody, secrets: secrets).get().deliveryID == "msg_1")
        // A plain secret is no key of such signatures, nor is the other way of signing a way around them.
        #expect(throws: DeliveryRejection.self) { try Self.read(headers, Self.scriptBody).get() }
        let both = headers + [("X-Hub-Signature-256", Self.signature(Self.scriptBody))]
        #expect(throws: DeliveryRejection.self) { try Self.read(both, Self.scriptBody).get() }
    }

    @Test(arguments: ["sha256=00", ""])
    func refusesAScriptThatSignsWrongly(_ signature: String) {
        let headers = [
            ("Content-Type", "application/json"), ("X-Slipway-Event", "push"), ("X-Hub-Signature-256", signature),
        ]
        guard case .failure(.unauthorised) = Self.read(headers, Self.scriptBody) else {
            Issue.record("it was believed")
            return
        }
    }

    @Test func theRejectionsWordsDoNotShowTheSecret() {
        guard case .failure(let rejection) = Self.read(Self.gitHub(signature: "sha256=00"), Self.push) else { return }
        #expect(!"\(rejection)".contains(Self.secret))
        #expect("\(rejection)".contains("GitHub"))
    }
}

struct PublishedVectorTests {
    @Test func ofGitHub() {
        let code = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
        let outcome = DeliveryReader.read(
            DeliveryRequest(
                headers: [
                    .init(name: "content-type", value: "application/json"),
                    .init(name: "x-github-event", value: "ping"),
                    .init(name: "x-hub-signature-256", value: "sha256=" + code),
                ], body: Array("Hello, World!".utf8)),
            secrets: [Secret("It's a Secret to Everybody")])
        // Authentic, and then not JSON.
        #expect(outcome == .failure(.malformed("the payload is not JSON")))
    }

    private func standardWebhook(time: String, now: Int64) -> Result<DeliveryContent, DeliveryRejection> {
        DeliveryReader.read(
            DeliveryRequest(
                headers: [
                    .init(name: "content-type", value: "application/json"),
                    .init(name: "x-gitlab-event", value: "Push Hook"),
                    .init(name: "webhook-id", value: "msg_p5jXN8AQM9LWM0D4loKWxJek"),
                    .init(name: "webhook-timestamp", value: time),
                    .init(
                        name: "webhook-signature", value: "v2,x v1,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
                    ),
                ], body: Array(#"{"test": 2432232314}"#.utf8)),
            secrets: [Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")], now: Timestamp(milliseconds: now * 1000))
    }

    @Test func ofStandardWebhooks() throws {
        #expect(try standardWebhook(time: "1614265330", now: 1_614_265_330).get().event == "Push Hook")
    }

    @Test(arguments: [-301, 301, 100_000_000])
    func isRefusedAtAnotherTime(_ seconds: Int64) {
        #expect(throws: DeliveryRejection.self) {
            try standardWebhook(time: "1614265330", now: 1_614_265_330 + seconds).get()
        }
    }

    @Test(arguments: ["", "x", "-1", "99999999999999999999", "1614265331"])
    func isRefusedWithAnotherTimeInTheHeader(_ time: String) {
        #expect(throws: DeliveryRejection.self) { try standardWebhook(time: time, now: 1_614_265_330).get() }
    }
}
