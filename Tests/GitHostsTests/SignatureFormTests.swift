import Crypto
import FoundationEssentials
import Model
import Testing

@testable import GitHosts

/// A-1 to A-3: everything that a signature can be except right, for every host.
struct SignatureFormTests {
    private static let secret = "a secret of this test's own"
    private static let keyBytes: [UInt8] = Array("a key of this test's own".utf8)
    private static let signingKey = "whsec_" + Base64.encoded(keyBytes)
    private static let body = Array(#"{"ref":"refs/heads/main","after":"\#(String(repeating: "b2", count: 20))"}"#.utf8)
    private static let now: Int64 = 1_767_225_600

    private static func digits(_ key: String = secret, of message: [UInt8] = body) -> String {
        Hexadecimal.text(of: HMAC.sha256(key: Array(key.utf8), message: message))
    }

    // Hexadecimal codes

    /// A host that signs with hexadecimal digits, and where.
    struct Sender: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let event: String
        let header: String
        let prefix: String
    }

    private static let senders = [
        Sender(testDescription: "github", event: "x-github-event", header: "x-hub-signature-256", prefix: "sha256="),
        Sender(testDescription: "gitea", event: "x-gitea-event", header: "x-gitea-signature", prefix: ""),
        Sender(testDescription: "forgejo", event: "x-forgejo-event", header: "x-forgejo-signature", prefix: ""),
        Sender(testDescription: "bitbucket", event: "x-event-key", header: "x-hub-signature", prefix: "sha256="),
        Sender(testDescription: "generic", event: "x-slipway-event", header: "x-hub-signature-256", prefix: "sha256="),
    ]

    /// What stands in a header instead of the right value, given the right digits and what goes before them.
    struct Form: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let value: @Sendable (_ digits: String, _ prefix: String) -> String?
    }

    private static let forms = [
        Form(testDescription: "missing") { _, _ in nil },
        Form(testDescription: "empty") { _, _ in "" },
        Form(testDescription: "prefix alone") { _, prefix in prefix },
        Form(testDescription: "another key") { _, prefix in prefix + digits("another") },
        Form(testDescription: "empty key") { _, prefix in prefix + digits("") },
        Form(testDescription: "key with line feed") { _, prefix in prefix + digits(secret + "\n") },
        Form(testDescription: "another body") { _, prefix in prefix + digits(of: body + [0x0a]) },
        Form(testDescription: "empty body") { _, prefix in prefix + digits(of: []) },
        Form(testDescription: "first digit") { digits, prefix in prefix + flipped(digits, at: 0) },
        Form(testDescription: "last digit") { digits, prefix in prefix + flipped(digits, at: 63) },
        Form(testDescription: "63 digits") { digits, prefix in prefix + digits.dropLast() },
        Form(testDescription: "62 digits") { digits, prefix in prefix + digits.dropLast(2) },
        Form(testDescription: "65 digits") { digits, prefix in prefix + digits + "0" },
        Form(testDescription: "66 digits") { digits, prefix in prefix + digits + "00" },
        Form(testDescription: "twice") { digits, prefix in prefix + digits + digits },
        Form(testDescription: "upper case") { digits, prefix in prefix + digits.uppercased() },
        Form(testDescription: "one digit in upper case") { digits, prefix in
            prefix + digits.replacing(/[a-f]/, maxReplacements: 1) { $0.output.uppercased() }
        },
        Form(testDescription: "prefix twice") { digits, prefix in "sha256=" + prefix + digits },
        Form(testDescription: "the other hosts' prefix") { digits, prefix in (prefix.isEmpty ? "sha256=" : "") + digits
        },
        Form(testDescription: "prefix in upper case") { digits, _ in "SHA256=" + digits },
        Form(testDescription: "prefix of SHA-1") { digits, _ in "sha1=" + digits },
        Form(testDescription: "SHA-1 code") { _, _ in "sha1=" + sha1 },
        Form(testDescription: "SHA-1 code as SHA-256") { _, prefix in prefix + sha1 },
        Form(testDescription: "SHA-1 code, filled up") { _, prefix in prefix + sha1 + String(repeating: "0", count: 24)
        },
        Form(testDescription: "space before") { digits, prefix in " " + prefix + digits },
        Form(testDescription: "space between") { digits, prefix in prefix + " " + digits },
        Form(testDescription: "space behind") { digits, prefix in prefix + digits + " " },
        Form(testDescription: "NUL behind") { digits, prefix in prefix + digits + "\0" },
        Form(testDescription: "0x") { digits, prefix in prefix + "0x" + digits },
        Form(testDescription: "list of two") { digits, prefix in "\(prefix)\(digits), \(prefix)\(digits)" },
        Form(testDescription: "full-width digits") { digits, prefix in
            prefix
                + String(
                    String.UnicodeScalarView(digits.unicodeScalars.map { Unicode.Scalar($0.value + 0xfee0) ?? $0 }))
        },
        Form(testDescription: "Base64") { _, prefix in
            prefix + Base64.encoded(HMAC.sha256(key: Array(secret.utf8), message: body))
        },
        Form(testDescription: "the secret itself") { _, prefix in prefix + secret },
        Form(testDescription: "64 letters that are no digits") { _, prefix in prefix + String(repeating: "g", count: 64)
        },
        Form(testDescription: "a million digits") { _, prefix in prefix + String(repeating: "0", count: 1_000_000) },
    ]

    private static let sha1 = Hexadecimal.text(of: HMAC.sha1(key: Array(secret.utf8), message: body))

    private static func flipped(_ digits: String, at place: Int) -> String {
        var bytes = Array(digits.utf8)
        bytes[place] = bytes[place] == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func read(
        _ fields: [(String, String?)], secrets: [String] = [secret], at moment: Int64 = now
    ) -> Result<DeliveryContent, DeliveryRejection> {
        let headers = fields.compactMap { name, value in
            value.map { DeliveryRequest.HeaderField(name: name, value: $0) }
        }
        return DeliveryReader.read(
            DeliveryRequest(headers: [.init(name: "content-type", value: "application/json")] + headers, body: body),
            secrets: secrets.map { Secret($0) }, now: Timestamp(milliseconds: moment * 1000))
    }

    @Test(arguments: senders, forms)
    func aWrongFormIsNotBelieved(_ sender: Sender, _ form: Form) {
        let value = form.value(Self.digits(), sender.prefix)
        let outcome = Self.read([(sender.event, "push"), (sender.header, value)])
        guard case .failure(.unauthorised) = outcome else {
            Issue.record("\(outcome)")
            return
        }
    }

    @Test(arguments: senders)
    func theRightFormIsBelieved(_ sender: Sender) throws {
        let fields = [(sender.event, "push"), (sender.header, sender.prefix + Self.digits())]
        #expect(try Self.read(fields).get().host == sender.testDescription)
    }

    /// A-3: a right code in the header of another host, or of SHA-1, is none.
    @Test(arguments: senders)
    func aRightCodeInAnotherHeaderIsNotBelieved(_ sender: Sender) {
        let others = [
            "x-hub-signature-256", "x-hub-signature", "x-gitea-signature", "x-forgejo-signature", "x-gogs-signature",
        ]
        for other in others where other != sender.header {
            for value in [Self.digits(), "sha256=" + Self.digits(), "sha1=" + Self.sha1] {
                guard case .failure(.unauthorised) = Self.read([(sender.event, "push"), (other, value)]) else {
                    Issue.record("\(other): \(value)")
                    continue
                }
            }
        }
    }

    // Tokens

    @Test(arguments: [
        nil, "", " ", secret + " ", " " + secret, secret + "\0", String(secret.dropLast()), secret + "x",
        secret.uppercased(), signingKey, "Bearer " + secret, secret + secret, String(repeating: "x", count: 1_000_000),
    ])
    func aWrongTokenIsNotBelieved(_ token: String?) {
        let fields = [("x-gitlab-event", "Push Hook"), ("x-gitlab-token", token)]
        for secrets in [[Self.secret], [Self.secret, "next"], ["next", Self.secret, Self.signingKey]] {
            guard case .failure(.unauthorised) = Self.read(fields, secrets: secrets) else {
                Issue.record("it was believed")
                return
            }
        }
    }

    // Standard Webhooks

    /// The headers of a signature, one of them wrong.
    struct Signed: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var id: String? = "msg_1"
        var time: String? = "\(now)"
        /// From the right code.
        var signature: @Sendable (String) -> String? = { "v1,\($0)" }
        var signedID: String?
        var signedTime: String?
        var key: [UInt8] = keyBytes
        var message: [UInt8] = body
        var secrets = [signingKey]

        func outcome(_ event: (String, String?)) -> Result<DeliveryContent, DeliveryRejection> {
            let text = Array("\(signedID ?? id ?? "").\(signedTime ?? time ?? "").".utf8) + message
            let code = Base64.encoded(HMAC.sha256(key: key, message: text))
            return SignatureFormTests.read(
                [event, ("webhook-id", id), ("webhook-timestamp", time), ("webhook-signature", signature(code))],
                secrets: secrets)
        }
    }

    private static let wrong = [
        Signed(testDescription: "no id", id: nil),
        Signed(testDescription: "another id", signedID: "msg_2"),
        Signed(testDescription: "no time", time: nil),
        Signed(testDescription: "empty time", time: ""),
        Signed(testDescription: "another time", signedTime: "\(now + 1)"),
        Signed(testDescription: "301 s ago", time: "\(now - 301)"),
        Signed(testDescription: "in 301 s", time: "\(now + 301)"),
        Signed(testDescription: "milliseconds", time: "\(now)000"),
        Signed(testDescription: "negative time", time: "-\(now)"),
        Signed(testDescription: "time with fraction", time: "\(now).0"),
        Signed(testDescription: "hexadecimal time", time: "0x6955b900"),
        Signed(testDescription: "time beyond 64 bits", time: "99999999999999999999999"),
        Signed(testDescription: "no signature", signature: { _ in nil }),
        Signed(testDescription: "empty signature", signature: { _ in "" }),
        Signed(testDescription: "no version", signature: { $0 }),
        Signed(testDescription: "version alone", signature: { _ in "v1," }),
        Signed(testDescription: "version 2", signature: { "v2,\($0)" }),
        Signed(testDescription: "version of public keys", signature: { "v1a,\($0)" }),
        Signed(testDescription: "version in upper case", signature: { "V1,\($0)" }),
        Signed(testDescription: "no padding", signature: { "v1,\($0.dropLast())" }),
        Signed(testDescription: "more padding", signature: { "v1,\($0)=" }),
        Signed(
            testDescription: "URL alphabet",
            signature: { "v1,\($0.replacing("+", with: "-").replacing("/", with: "_"))-" }),
        Signed(testDescription: "cut", signature: { "v1,\($0.prefix(40))" }),
        Signed(testDescription: "longer", signature: { "v1,AAAA\($0)" }),
        Signed(testDescription: "one bit behind the end", signature: { "v1,\(lastBitSet($0))" }),
        Signed(testDescription: "separated by commas", signature: { "v1,AAAA,v1,\($0)" }),
        Signed(testDescription: "hexadecimal", signature: { _ in "v1,\(digits())" }),
        Signed(testDescription: "another body", message: body + [0x20]),
        Signed(testDescription: "another key", key: Array("another".utf8)),
        Signed(testDescription: "empty key", key: []),
        Signed(testDescription: "the secret's text as key", key: Array(signingKey.utf8)),
        Signed(testDescription: "empty signing token", key: [], secrets: ["whsec_"]),
        Signed(testDescription: "broken signing token", key: [], secrets: ["whsec_!"]),
        Signed(testDescription: "no signing token", secrets: [secret]),
        Signed(testDescription: "no secret", secrets: []),
    ]

    /// A digit whose unused bits are not zero: other text, same bytes.
    private static func lastBitSet(_ code: String) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        guard let last = code.dropLast().last, let place = alphabet.firstIndex(of: last) else { return code }
        return code.dropLast(2) + String(alphabet[place | 1]) + "="
    }

    @Test(arguments: wrong)
    func aWrongSignedTextIsNotBelieved(_ signed: Signed) {
        for event in [("x-gitlab-event", "Push Hook"), ("x-slipway-event", "push")] {
            guard case .failure(.unauthorised) = signed.outcome(event) else {
                Issue.record("\(event): it was believed")
                continue
            }
        }
    }

    @Test(arguments: [
        Signed(testDescription: "one"), Signed(testDescription: "300 s ago", time: "\(now - 300)"),
        Signed(testDescription: "in 300 s", time: "\(now + 300)"),
        Signed(testDescription: "second of two", signature: { "v1,AAAA v1,\($0)" }),
        Signed(testDescription: "between others", signature: { "v1a,x  v1,\($0) v2,y" }),
        Signed(testDescription: "rotation", secrets: ["whsec_AAAA", signingKey]),
    ])
    func aRightSignedTextIsBelieved(_ signed: Signed) {
        for event in [("x-gitlab-event", "Push Hook"), ("x-slipway-event", "push")] {
            guard case .success = signed.outcome(event) else {
                Issue.record("\(event): \(signed.outcome(event))")
                continue
            }
        }
    }
}
