import CCurl

/// One caller's libcurl: performs one request at a time and keeps connections alive in between.
///
/// Owned by one thread or actor at a time. Never follows a redirect, never leaves http and https,
/// never reads proxies from the environment.
package struct HTTPSession: ~Copyable {
    private let multi: UnsafeMutableRawPointer
    private let easy: UnsafeMutableRawPointer

    /// How many idle connections are kept.
    private static let keptConnections = 4
    /// The longest wait for libcurl's sockets; it is woken earlier by data, timers and cancellation.
    private static let pollLimit: Int32 = 60_000

    /// Makes a session with no connection.
    package init() throws(HTTPClientError) {
        try Library.ready.get()
        guard let multi = curl_multi_init() else {
            throw HTTPClientError(code: .failedInit, call: "curl_multi_init", message: "out of memory")
        }
        guard let easy = curl_easy_init() else {
            curl_multi_cleanup(multi)
            throw HTTPClientError(code: .failedInit, call: "curl_easy_init", message: "out of memory")
        }
        self.multi = multi
        self.easy = easy
        _ = slipway_multi_setopt_long(multi, CURLMOPT_MAXCONNECTS, Self.keptConnections)
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_multi_cleanup(multi)
    }

    /// Performs a request and returns its answer, whatever the status.
    ///
    /// - Parameters:
    ///   - cancellation: ends the call at once, with an error whose `isCancelled` is true.
    ///   - onHead: called once the final head has arrived.
    ///   - onChunk: gets the body of a 2xx answer piece by piece; any other body, and every body when this
    ///     is nil, is in the answer. What it throws ends the call and is the error's `cause`.
    package mutating func perform(
        _ request: HTTPRequest, cancellation: Cancellation? = nil, onHead: ((Int, [HTTPHeader]) -> Void)? = nil,
        onChunk: (([UInt8]) throws -> Void)? = nil
    ) throws(HTTPClientError) -> HTTPResponse {
        let transfer = Transfer(request, onHead: onHead, onChunk: onChunk)
        var options = EasyOptions(handle: easy)
        defer { options.freeLists() }
        try options.apply(request, transfer)
        let result = try run(cancellation)
        try withExtendedLifetime(transfer) { () throws(HTTPClientError) in
            if let failure = transfer.failure { throw failure }
            if let refusal = transfer.refusal(result) { throw refusal }
            if result != CURLE_OK, !transfer.isCut { throw options.error(result) }
        }
        return HTTPResponse(status: transfer.head.status, headers: transfer.head.headers, body: transfer.body)
    }

    /// Drives the handle until its transfer ended one way or another.
    private func run(_ cancellation: Cancellation?) throws(HTTPClientError) -> CURLcode {
        cancellation?.enter(multi)
        defer { cancellation?.leave(multi) }
        try check("curl_multi_add_handle", curl_multi_add_handle(multi, easy))
        // Removing a handle in mid-transfer closes its connection, which is how the other side learns of it.
        defer { curl_multi_remove_handle(multi, easy) }
        while true {
            if let cancellation, cancellation.isCancelled {
                throw HTTPClientError(code: .aborted, call: "curl_multi_poll", message: "cancelled")
            }
            var running: Int32 = 0
            try check("curl_multi_perform", curl_multi_perform(multi, &running))
            var left: Int32 = 0
            while let message = curl_multi_info_read(multi, &left) {
                if message.pointee.msg == CURLMSG_DONE { return slipway_message_result(message) }
            }
            try check("curl_multi_poll", curl_multi_poll(multi, nil, 0, Self.pollLimit, nil))
        }
    }

    private func check(_ call: String, _ status: CURLMcode) throws(HTTPClientError) {
        guard status != CURLM_OK else { return }
        throw HTTPClientError(
            code: .multi(status.rawValue), call: call, message: String(cString: curl_multi_strerror(status)))
    }
}

/// libcurl itself, made ready once.
private enum Library {
    /// 7.85 has CURLOPT_PROTOCOLS_STR; Debian 12 ships 7.88.1.
    private static let oldestVersion: UInt32 = 0x07_5500

    static let ready: Result<Void, HTTPClientError> = {
        let status = curl_global_init(slipway_global_all())
        guard status == CURLE_OK, let version = slipway_version() else {
            return .failure(
                HTTPClientError(code: .failedInit, call: "curl_global_init", message: "libcurl is unusable"))
        }
        guard version.pointee.version_num >= oldestVersion else {
            return .failure(
                HTTPClientError(
                    code: .failedInit, call: "curl_version_info", message: "libcurl 7.85 or newer is needed"))
        }
        return .success(())
    }()
}
