import Crypto
import GitHosts
import Glibc
import HTTPServer
import Model

/// What libFuzzer calls for each input. TARGET in the environment says which reader gets it.
@_cdecl("LLVMFuzzerTestOneInput")
public func takeInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    target(bytes)
    return 0
}

private let secret = "fuzz"
private let signingSecret = "whsec_ZnV6enppbmc="
private let now = Timestamp(milliseconds: 1_767_225_600_000)

private let target: @Sendable ([UInt8]) -> Void = {
    let name = getenv("TARGET").map { String(cString: $0) } ?? ""
    switch name {
    case "github": return { deliver($0, [("x-github-event", nil), ("x-hub-signature-256", "sha256=")]) }
    case "gitea": return { deliver($0, [("x-gitea-event", nil), ("x-gitea-signature", "")]) }
    case "forgejo": return { deliver($0, [("x-forgejo-event", nil), ("x-forgejo-signature", "")]) }
    case "bitbucket": return { deliver($0, [("x-event-key", nil), ("x-hub-signature", "sha256=")]) }
    case "generic": return { deliver($0, [("x-slipway-event", nil), ("x-hub-signature-256", "sha256=")]) }
    case "gitlab": return { deliver($0, [("x-gitlab-event", nil), ("x-gitlab-token", "token")]) }
    case "form": return form
    case "json": return json
    case "headers": return headers
    case "head": return head
    case "target": return { _ = RequestTarget(parsing: $0) }
    default: fatalError("TARGET must name a reader")
    }
}()

/// The first line names the event, the rest is the payload; signed rightly, so that everything behind is reached.
private func deliver(_ bytes: [UInt8], _ fields: [(name: String, prefix: String?)], type: String = "application/json") {
    let parts = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false)
    let event = String(decoding: parts.first ?? [], as: UTF8.self)
    let body = parts.count > 1 ? Array(parts[1]) : []
    let code = Hexadecimal.text(of: HMAC.sha256(key: Array(secret.utf8), message: body))
    let own = fields.map { name, prefix in
        DeliveryRequest.HeaderField(
            name: name, value: prefix == nil ? event : prefix == "token" ? secret : (prefix ?? "") + code)
    }
    read(DeliveryRequest(headers: own + [.init(name: "content-type", value: type)], body: body))
}

/// A form as GitHub posts it.
private func form(_ bytes: [UInt8]) {
    deliver(
        Array("push\n".utf8) + bytes, [("x-github-event", nil), ("x-hub-signature-256", "sha256=")],
        type: "application/x-www-form-urlencoded")
}

/// Header lines, an empty one, and a body: nothing is signed rightly unless the fuzzer finds out how.
private func headers(_ bytes: [UInt8]) {
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
private func read(_ request: DeliveryRequest) {
    guard
        case .success(let content) = DeliveryReader.read(
            request, secrets: [Secret(secret), Secret(signingSecret)], now: now)
    else { return }
    precondition(content.deliveryID.utf8.count <= 128 && content.event.utf8.count <= 128)
    precondition(content.event.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f })
    precondition(content.announced != .zero)
}

/// Reads a text as JSON and walks over all of it.
private func json(_ bytes: [UInt8]) {
    guard let document = JSONDocument(bytes) else { return }
    walk(document.root, depth: 0)
}

private func walk(_ value: JSONValue, depth: Int) {
    precondition(depth <= JSONDocument.depthLimit)
    _ = (value.string, value.integer, value.bool)
    for element in value.elements { walk(element, depth: depth + 1) }
    for name in value.memberNames ?? [] { if let member = value[name] { walk(member, depth: depth + 1) } }
}

/// Lines: method, target, version, then fields. What is admitted must leave no doubt about its length.
private func head(_ bytes: [UInt8]) {
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { Array($0) }[...]
    var parts = HeadGate.Parts(
        method: lines.popFirst() ?? [], target: lines.popFirst() ?? [], version: lines.popFirst() ?? [])
    for line in lines {
        let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
        parts.fields.append((Array(line[..<colon]), Array(line[colon...].dropFirst())))
    }
    guard case .success(let head) = HeadGate.head(of: parts, peer: .network) else { return }
    precondition(head.contentLength >= 0)
    precondition(head.fields.count { $0.name == "content-length" } <= 1)
    precondition(!head.fields.contains { $0.name == "transfer-encoding" })
    precondition(head.fields.count { $0.name == "host" } <= 1)
    for field in head.fields { precondition(field.value.utf8.allSatisfy { $0 != 0x0d && $0 != 0x0a && $0 != 0 }) }
    for segment in head.target.segments { precondition(segment != ".." && !segment.contains("/")) }
}
