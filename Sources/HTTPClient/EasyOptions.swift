import CCurl

/// Sets up an easy handle for one request.
struct EasyOptions {
    let handle: UnsafeMutableRawPointer
    private var headerList: UnsafeMutablePointer<curl_slist>?

    init(handle: UnsafeMutableRawPointer) { self.handle = handle }

    /// Frees what the handle borrowed. To be called when the transfer is over.
    mutating func freeLists() {
        // Until the next request sets its own: the handle must not keep the freed list.
        _ = slipway_setopt_list(handle, CURLOPT_HTTPHEADER, nil)
        curl_slist_free_all(headerList)
        headerList = nil
    }

    mutating func apply(_ request: HTTPRequest, _ transfer: Transfer) throws(HTTPClientError) {
        curl_easy_reset(handle)
        try set(CURLOPT_URL, request.url)
        if let path = request.socketPath { try set(CURLOPT_UNIX_SOCKET_PATH, path) }
        try set(CURLOPT_PROTOCOLS_STR, "http,https")
        try set(CURLOPT_PROXY, "")
        try set(CURLOPT_NOSIGNAL, 1)
        try set(CURLOPT_FOLLOWLOCATION, 0)
        try set(CURLOPT_TCP_NODELAY, 1)
        try set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(request.connectTimeout))
        if let timeout = request.timeout { try set(CURLOPT_TIMEOUT_MS, milliseconds(timeout)) }
        if !request.keepsConnection { try set(CURLOPT_FORBID_REUSE, 1) }
        // On a connection that was used before libcurl takes an end without an answer for one that came too late, and
        // sends the request once more, whatever it is (lib/transfer.c, Curl_retry_request). What may have had its effect
        // must not be repeated: only the caller can look it up.
        if !request.keepsConnection || !request.isSafe { try set(CURLOPT_FRESH_CONNECT, 1) }
        try setCallbacks(transfer)
        if request.admits != nil {
            try check(slipway_setopt_opener(handle, Callbacks.open))
            try check(slipway_setopt_pointer(handle, CURLOPT_OPENSOCKETDATA, Callbacks.context(transfer)))
            // A connection that is kept was opened for somebody who may have admitted more.
            try set(CURLOPT_FRESH_CONNECT, 1)
        }
        try setBody(request)
        try setHeaders(request)
    }

    private func setCallbacks(_ transfer: Transfer) throws(HTTPClientError) {
        let context = Callbacks.context(transfer)
        try check(slipway_setopt_transfer(handle, CURLOPT_HEADERFUNCTION, Callbacks.header))
        try check(slipway_setopt_pointer(handle, CURLOPT_HEADERDATA, context))
        try check(slipway_setopt_transfer(handle, CURLOPT_WRITEFUNCTION, Callbacks.write))
        try check(slipway_setopt_pointer(handle, CURLOPT_WRITEDATA, context))
        try check(slipway_setopt_transfer(handle, CURLOPT_READFUNCTION, Callbacks.read))
        try check(slipway_setopt_pointer(handle, CURLOPT_READDATA, context))
    }

    private func setBody(_ request: HTTPRequest) throws(HTTPClientError) {
        switch request.body {
        case .none:
            if request.method == "HEAD" {
                try set(CURLOPT_NOBODY, 1)
            } else if request.method == "POST" || request.method == "PUT" || request.method == "PATCH" {
                // An explicit length of zero: engines wait for a body otherwise.
                try setPostFields([])
            }
        case .bytes(let bytes):
            try setPostFields(bytes)
        case .stream:
            // Without a length libcurl sends it in chunks.
            try set(CURLOPT_UPLOAD, 1)
        }
        try set(CURLOPT_CUSTOMREQUEST, request.method)
    }

    private func setPostFields(_ bytes: [UInt8]) throws(HTTPClientError) {
        try check(slipway_setopt_offset(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(bytes.count)))
        // CURLOPT_COPYPOSTFIELDS takes the size set before it, so bytes may hold zeros. The extra zero is for
        // the empty array, which need not have an address.
        let status = (bytes + [0]).withUnsafeBytes { buffer in
            slipway_setopt_string(
                handle, CURLOPT_COPYPOSTFIELDS, buffer.assumingMemoryBound(to: CChar.self).baseAddress)
        }
        try check(status)
    }

    private mutating func setHeaders(_ request: HTTPRequest) throws(HTTPClientError) {
        // Without a value: not sent. `Expect: 100-continue` costs a second with servers that ignore it.
        var lines = ["Expect:"]
        if !request.headers.contains(where: { $0.name.lowercased() == "content-type" }) {
            lines.append("Content-Type:")
        }
        for header in request.headers {
            let text = header.name + header.value
            guard !header.name.isEmpty, text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else {
                throw HTTPClientError(
                    code: .aborted, call: "curl_slist_append", message: "a header has a control character")
            }
            // A trailing semicolon is libcurl's way to say: send it with an empty value.
            lines.append(header.value.isEmpty ? "\(header.name);" : "\(header.name): \(header.value)")
        }
        for line in lines {
            guard let longer = curl_slist_append(headerList, line) else {
                throw HTTPClientError(code: .failedInit, call: "curl_slist_append", message: "out of memory")
            }
            headerList = longer
        }
        try check(slipway_setopt_list(handle, CURLOPT_HTTPHEADER, headerList))
    }

    /// The failure of a transfer.
    func error(_ status: CURLcode) -> HTTPClientError {
        HTTPClientError(
            code: .init(rawValue: Int32(status.rawValue)), call: "curl_multi_perform",
            message: String(cString: curl_easy_strerror(status)))
    }

    private func set(_ option: CURLoption, _ value: Int) throws(HTTPClientError) {
        try check(slipway_setopt_long(handle, option, value))
    }

    private func set(_ option: CURLoption, _ value: String) throws(HTTPClientError) {
        try check(slipway_setopt_string(handle, option, value))
    }

    private func check(_ status: CURLcode) throws(HTTPClientError) {
        guard status != CURLE_OK else { return }
        throw HTTPClientError(
            code: .init(rawValue: Int32(status.rawValue)), call: "curl_easy_setopt",
            message: String(cString: curl_easy_strerror(status)))
    }

    /// Whole milliseconds, at least one: to libcurl zero means no limit.
    private func milliseconds(_ duration: Duration) -> Int {
        let (seconds, attoseconds) = duration.components
        guard seconds < Int64(Int32.max) / 1000 else { return Int(Int32.max) }
        return max(1, Int(seconds * 1000 + attoseconds / 1_000_000_000_000_000))
    }
}
