import FoundationEssentials
import HTTPClient
import Model

/// Asks a Unix socket or a URL, synchronously, one request at a time.
struct SocketClient: Sendable {
    /// The Unix socket; nil: the host of the URL is asked.
    let socketPath: String?

    /// No listing is longer.
    private static let bodyLimit = 16 << 20

    /// The answer, whatever its status.
    ///
    /// - Parameters:
    ///   - timeout: how long everything may take; nil: for ever.
    ///   - onChunk: gets the body of a 2xx answer piece by piece, on this thread.
    func perform(
        _ method: String, _ path: String, headers: [HTTPHeader] = [], body: [UInt8]? = nil,
        timeout: Duration? = .seconds(30), cancellation: Cancellation? = nil,
        onChunk: (([UInt8]) throws -> Void)? = nil
    ) throws(HTTPClientError) -> HTTPResponse {
        let url = socketPath == nil ? path : "http://localhost" + path
        var request = HTTPRequest(
            method: method, socketPath: socketPath, url: url, headers: headers, connectTimeout: .seconds(5),
            timeout: timeout, bodyLimit: onChunk == nil ? Self.bodyLimit : .max, keepsConnection: false)
        if let body { request.body = .bytes(body) }
        var session = try HTTPSession()
        return try session.perform(request, cancellation: cancellation, onChunk: onChunk)
    }

    /// An answer, or nil when there was none.
    func ask(
        _ method: String, _ path: String, headers: [HTTPHeader] = [], body: [UInt8]? = nil,
        timeout: Duration = .seconds(30)
    ) -> HTTPResponse? {
        try? perform(method, path, headers: headers, body: body, timeout: timeout)
    }

    /// The body of a 2xx answer, decoded.
    func get<Value: Decodable>(_ type: Value.Type, _ path: String, timeout: Duration = .seconds(30)) -> Value? {
        guard let response = ask("GET", path, timeout: timeout), response.isSuccess else { return nil }
        return try? JSONDecoder().decode(type, from: Data(response.body))
    }
}
