import Crypto
import Glibc
import Model
import Testing

@testable import GitHosts

/// Our own deliveries, one for each host and kind of event, signed here as the host would.
struct OwnDeliveryTests {
    @Test(arguments: OwnDelivery.all)
    func isReadAsExpected(_ delivery: OwnDelivery) throws {
        let reading = try delivery.read(secrets: [OwnDelivery.secret]).get()
        #expect(reading.host == delivery.host)
        #expect(reading.event == delivery.event)
        #expect(reading.deliveryID == "id-1")
        #expect(reading.events.map(\.kind.rawValue) == delivery.expected["kinds"]?.elements.compactMap(\.string))
        let first = reading.events.first
        #expect(first?.ref.map { String(decoding: $0.bytes, as: UTF8.self) } == delivery.expected["ref"]?.string)
        if delivery.expected["ref"] != nil { #expect(first?.commit?.hex == delivery.expected["commit"]?.string) }
        #expect(first?.number == delivery.expected["number"]?.integer)
        if let isFork = delivery.expected["fork"]?.bool { #expect(first?.isFork == isFork) }
        #expect(first?.isHeadChanged == delivery.expected["changed"]?.bool)
    }

    @Test func areAllThere() {
        #expect(OwnDelivery.all.count == 84)
        #expect(Set(OwnDelivery.all.map(\.host)) == Set(DeliveryReader.dialects.map { $0.name }))
    }

    @Test(arguments: OwnDelivery.all)
    func isRefusedUnderAnotherSecret(_ delivery: OwnDelivery) {
        guard case .failure(.unauthorised) = delivery.read(secrets: ["another", ""]) else {
            Issue.record("it was believed")
            return
        }
    }

    /// while one secret replaces the other, both count; afterwards the old one does not.
    @Test(arguments: OwnDelivery.all)
    func isReadWhileSecretsAreRotated(_ delivery: OwnDelivery) {
        for secrets in [["next", OwnDelivery.secret], [OwnDelivery.secret, "next"]] {
            guard case .success = delivery.read(secrets: secrets) else {
                Issue.record("it was refused")
                return
            }
        }
        guard case .failure(.unauthorised) = delivery.read(secrets: ["next"]) else {
            Issue.record("the old secret is believed")
            return
        }
    }

    /// none of the headers that decide may be there twice.
    @Test(arguments: OwnDelivery.all)
    func isRefusedWithAHeaderTwice(_ delivery: OwnDelivery) {
        for header in delivery.headers {
            let outcome = delivery.read(secrets: [OwnDelivery.secret], more: [header])
            guard case .failure(.malformed) = outcome else {
                Issue.record("two headers \(header.name) were believed")
                continue
            }
        }
    }

    /// a project without a secret believes nobody, and an empty one is none.
    @Test(arguments: [[], [""], ["", ""]])
    func isRefusedWithoutASecret(_ secrets: [String]) {
        for delivery in OwnDelivery.all {
            for key in ["", OwnDelivery.secret] {
                guard case .failure(.unauthorised) = delivery.read(secrets: secrets, signedWith: key) else {
                    Issue.record("\(delivery.testDescription) was believed")
                    continue
                }
            }
        }
    }
}

/// One of our own deliveries.
struct OwnDelivery: Sendable, CustomTestStringConvertible {
    static let secret = "a secret of this test's own"

    let expected: JSONValue
    let body: [UInt8]

    var host: String { expected["host"]?.string ?? "" }
    var event: String { expected["event"]?.string ?? "" }
    var testDescription: String { expected["file"]?.string ?? "" }
    var headers: [DeliveryRequest.HeaderField] { headers(signedWith: Self.secret) }

    static let all: [OwnDelivery] = {
        let directory = "/" + #filePath.split(separator: "/").dropLast(2).joined(separator: "/") + "/Deliveries/"
        guard let lines = bytes(of: directory + "expected.jsonl") else { return [] }
        return lines.split(separator: UInt8(ascii: "\n")).compactMap { line in
            guard let expected = JSONDocument(Array(line))?.root, let name = expected["file"]?.string,
                let body = bytes(of: directory + name)
            else { return nil }
            return OwnDelivery(expected: expected, body: body)
        }
    }()

    func headers(signedWith secret: String) -> [DeliveryRequest.HeaderField] {
        let code = Hexadecimal.text(of: HMAC.sha256(key: Array(secret.utf8), message: body))
        let own: [(String, String)] =
            switch host {
            case "github":
                [("X-GitHub-Event", event), ("X-GitHub-Delivery", "id-1"), ("X-Hub-Signature-256", "sha256=" + code)]
            case "gitlab":
                [("X-Gitlab-Event", event), ("Idempotency-Key", "id-1"), ("X-Gitlab-Token", secret)]
            case "gitea":
                [("X-Gitea-Event", event), ("X-Gitea-Delivery", "id-1"), ("X-Gitea-Signature", code)]
            case "forgejo":
                [("X-Forgejo-Event", event), ("X-Forgejo-Delivery", "id-1"), ("X-Forgejo-Signature", code)]
            case "bitbucket":
                [("X-Event-Key", event), ("X-Request-UUID", "id-1"), ("X-Hub-Signature", "sha256=" + code)]
            default:
                [
                    ("X-Slipway-Event", event), ("X-Slipway-Delivery", "id-1"),
                    ("X-Hub-Signature-256", "sha256=" + code),
                ]
            }
        return (own + [("Content-Type", "application/json")]).map { .init(name: $0, value: $1) }
    }

    func read(
        secrets: [String], signedWith key: String = secret, more: [DeliveryRequest.HeaderField] = []
    ) -> Result<DeliveryReader.Reading, DeliveryRejection> {
        Result { () throws(DeliveryRejection) in
            try DeliveryReader.reading(
                of: DeliveryRequest(headers: headers(signedWith: key) + more, body: body),
                secrets: secrets.map { Secret($0) }, now: Timestamp(milliseconds: 0))
        }
    }

    private static func bytes(of path: String) -> [UInt8]? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            guard count > 0 else { return bytes }
            bytes += buffer[..<count]
        }
    }
}
