import FoundationEssentials
import HTTPClient

/// One call of the API: what is asked, and how its answer is judged.
struct Ask: Sendable {
    let method: String
    let path: String
    var query: [(name: String, value: String)]
    var body: [UInt8]?
    var headers: [HTTPHeader] = []
    /// Statuses besides 2xx that mean the wish is met.
    var tolerated: Set<Int> = []
    var timeout = EngineClient.Limit.shortCall
    var answerLimit = EngineClient.Limit.answerBytes

    init(_ method: String, _ path: String, query: [(name: String, value: String)] = []) {
        self.method = method
        self.path = path
        self.query = query
    }

    /// For messages: the method and the path, without the query.
    var name: String { "\(method) \(path)" }

    /// The same with a JSON body.
    func sending(_ value: some Encodable) throws(EngineError) -> Self {
        var ask = self
        ask.body = try JSON.bytes(value, for: name)
        ask.headers.append(HTTPHeader("Content-Type", "application/json"))
        return ask
    }

    /// The same where those statuses, too, mean that the wish is met.
    func tolerating(_ statuses: Int...) -> Self {
        var ask = self
        ask.tolerated.formUnion(statuses)
        return ask
    }

    /// The same for a listing, which may be long.
    func listing() -> Self {
        var ask = self
        ask.answerLimit = EngineClient.Limit.listBytes
        return ask
    }

    /// The HTTP request. The host in the URL is never resolved; engines accept any.
    func request(socketPath: String, prefix: String) -> HTTPRequest {
        let arguments = query.map { "\($0.name)=\(percentEncoded($0.value))" }.joined(separator: "&")
        return HTTPRequest(
            method: method, socketPath: socketPath,
            url: "http://localhost\(prefix)\(path)\(arguments.isEmpty ? "" : "?\(arguments)")", headers: headers,
            body: body.map { .bytes($0) } ?? .none, timeout: timeout, bodyLimit: answerLimit)
    }

    /// The answer, unless it is a refusal.
    func checked(_ response: HTTPResponse) throws(EngineError) -> HTTPResponse {
        guard response.isSuccess || tolerated.contains(response.status) else { throw refusal(response) }
        return response
    }

    /// The error of an answer that is not 2xx.
    func refusal(_ response: HTTPResponse) -> EngineError {
        struct Answer: Decodable { let message: String }
        let words = try? JSONDecoder().decode(Answer.self, from: Data(response.body)).message
        let text = words ?? String(decoding: response.body.prefix(1024), as: UTF8.self)
        return EngineError(
            status: response.status, message: text.isEmpty ? "refused without a reason" : text, request: name)
    }

    /// The error of a call without an answer.
    func failure(_ error: HTTPClientError) -> EngineError {
        EngineError(status: 0, code: error.code, message: error.message, request: name, cause: error.cause)
    }
}

/// JSON, and text inside URLs.
enum JSON {
    /// Encodes what is sent, with its keys in order so that the same request has the same bytes.
    static func bytes(_ value: some Encodable, for request: String) throws(EngineError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(value))
        } catch {
            throw EngineError(status: 0, message: "the request cannot be written: \(error)", request: request)
        }
    }

    /// The same as text.
    static func text(_ value: some Encodable, for request: String) throws(EngineError) -> String {
        String(decoding: try bytes(value, for: request), as: UTF8.self)
    }

    /// The filter of listings and events that have every one of the labels; an empty value means any value.
    static func filter(
        labels: [String: String], _ others: [String: [String]] = [:], for request: String
    ) throws(EngineError) -> String {
        var filters = others
        if !labels.isEmpty { filters["label"] = labels.map { $1.isEmpty ? $0 : "\($0)=\($1)" }.sorted() }
        return try text(filters, for: request)
    }
}

/// The text with everything but RFC 3986's unreserved characters escaped.
func percentEncoded(_ text: String) -> String {
    var result: [UInt8] = []
    let digits = Array("0123456789ABCDEF".utf8)
    for byte in text.utf8 {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            result.append(byte)
        default: result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
    }
    return String(decoding: result, as: UTF8.self)
}
