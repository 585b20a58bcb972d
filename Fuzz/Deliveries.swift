import Crypto
import GitHosts
import Model

private let secret = "fuzz"
private let signingSecret = "whsec_ZnV6enppbmc="
private let signingKey = Array("fuzzzing".utf8)
private let now = Timestamp(milliseconds: 1_767_225_600_000)

/// The first line names the event, the rest is the payload; signed rightly, so that everything behind is reached.
func deliver(_ bytes: [UInt8], _ fields: [(name: String, prefix: String?)], type: String = "application/json") {
    let (event, body) = firstLine(of: bytes)
    let code = Hexadecimal.text(of: HMAC.sha256(key: Array(secret.utf8), message: body))
    let own = fields.map { name, prefix in
        DeliveryRequest.HeaderField(
            name: name, value: prefix == nil ? event : prefix == "token" ? secret : (prefix ?? "") + code)
    }
    read(DeliveryRequest(headers: own + [.init(name: "content-type", value: type)], body: body))
}

/// A form as GitHub posts it.
func form(_ bytes: [UInt8]) {
    deliver(
        Array("push\n".utf8) + bytes, [("x-github-event", nil), ("x-hub-signature-256", "sha256=")],
        type: "application/x-www-form-urlencoded")
}

/// The first line is id, time and signatures, separated by tabs, the rest the body. The code of the body stands in for
/// `CODE`; without it nothing may be believed.
func standardWebhook(_ bytes: [UInt8]) {
    let (line, body) = firstLine(of: bytes)
    let parts = line.split(separator: "\t", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 3 else { return }
    let message = Array("\(parts[0]).\(parts[1]).".utf8) + body
    let code = base64(HMAC.sha256(key: signingKey, message: message))
    let signatures = parts[2].split(separator: "CODE", omittingEmptySubsequences: false).joined(separator: code)
    for event in ["x-gitlab-event", "x-slipway-event"] {
        let request = DeliveryRequest(
            headers: [
                .init(name: event, value: "push"), .init(name: "content-type", value: "application/json"),
                .init(name: "webhook-id", value: parts[0]), .init(name: "webhook-timestamp", value: parts[1]),
                .init(name: "webhook-signature", value: signatures),
            ], body: body)
        let isBelieved = read(request)
        precondition(!isBelieved || parts[2].contains("v1,CODE"), "believed without a code")
    }
}

/// Header lines, an empty one, and a body: nothing is signed rightly unless the fuzzer finds out how.
func headers(_ bytes: [UInt8]) {
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)[...]
    var fields: [DeliveryRequest.HeaderField] = []
    while let line = lines.popFirst(), !line.isEmpty {
        let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
        fields.append(
            .init(
                name: String(decoding: line[..<colon], as: UTF8.self),
                value: String(decoding: line[colon...].dropFirst(), as: UTF8.self)))
    }
    let body = Array(lines.joined(separator: [UInt8(ascii: "\n")]))
    let outcome = DeliveryReader.read(
        DeliveryRequest(headers: fields, body: body), secrets: [Secret(unguessable), Secret(unguessableKey)], now: now)
    if case .success = outcome { fatalError("a delivery was believed that nobody signed") }
}

private let unguessable = Hexadecimal.text(of: Random.bytes(16))
private let unguessableKey = "whsec_AAAA" + unguessable

/// Reads a delivery; what is believed must stay within its bounds.
@discardableResult
private func read(_ request: DeliveryRequest) -> Bool {
    guard
        case .success(let content) = DeliveryReader.read(
            request, secrets: [Secret(secret), Secret(signingSecret)], now: now)
    else { return false }
    precondition(content.deliveryID.utf8.count <= 128 && content.event.utf8.count <= 128)
    precondition(content.event.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f })
    precondition(content.announced != .zero)
    return true
}

/// Reads a text as JSON and walks over all of it.
func json(_ bytes: [UInt8]) {
    guard let document = JSONDocument(bytes) else { return }
    walk(document.root, depth: 0)
}

private func walk(_ value: JSONValue, depth: Int) {
    precondition(depth <= JSONDocument.depthLimit)
    _ = (value.string, value.integer, value.bool)
    for element in value.elements { walk(element, depth: depth + 1) }
    for name in value.memberNames ?? [] { if let member = value[name] { walk(member, depth: depth + 1) } }
}

/// The first line as text, and what follows it.
func firstLine(of bytes: [UInt8]) -> (line: String, rest: [UInt8]) {
    let parts = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false)
    return (String(decoding: parts.first ?? [], as: UTF8.self), parts.count > 1 ? Array(parts[1]) : [])
}

private func base64(_ bytes: [UInt8]) -> String {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    var text = ""
    for start in stride(from: 0, to: bytes.count, by: 3) {
        let group = bytes[start..<min(start + 3, bytes.count)]
        let window = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
        for place in 0..<4 { text.append(place > group.count ? "=" : digits[window >> (18 - 6 * place) & 63]) }
    }
    return text
}
