/// What libcurl, or a closure it called, could not do.
package struct HTTPClientError: Error, Sendable {
    /// libcurl's number for it.
    package let code: Code
    /// The C function that failed.
    package let call: String
    /// libcurl's words for it.
    package let message: String
    /// What a closure of the caller threw, if that ended the call.
    package let cause: (any Error)?

    /// An error as given.
    package init(code: Code, call: String, message: String, cause: (any Error)? = nil) {
        self.code = code
        self.call = call
        self.message = message
        self.cause = cause
    }

    /// A `CURLcode`, or a `CURLMcode` counted from 1000 on.
    package struct Code: RawRepresentable, Sendable, Hashable {
        /// The number.
        package let rawValue: Int32

        /// Takes a number as it is.
        package init(rawValue: Int32) { self.rawValue = rawValue }

        /// CURLE_FAILED_INIT: a handle could not be made.
        package static let failedInit = Self(rawValue: 2)
        /// CURLE_URL_MALFORMAT: the URL cannot be used.
        package static let malformedURL = Self(rawValue: 3)
        /// CURLE_COULDNT_RESOLVE_HOST: the name has no address.
        package static let cannotResolve = Self(rawValue: 6)
        /// CURLE_COULDNT_CONNECT: nobody listens there.
        package static let cannotConnect = Self(rawValue: 7)
        /// CURLE_WEIRD_SERVER_REPLY: the answer is not HTTP.
        package static let notHTTP = Self(rawValue: 8)
        /// CURLE_OPERATION_TIMEDOUT: the deadline passed.
        package static let timedOut = Self(rawValue: 28)
        /// CURLE_ABORTED_BY_CALLBACK: a closure threw, or the call was cancelled.
        package static let aborted = Self(rawValue: 42)
        /// CURLE_GOT_NOTHING: the connection was closed before an answer.
        package static let gotNothing = Self(rawValue: 52)
        /// CURLE_SEND_ERROR: the connection broke while sending.
        package static let sendFailed = Self(rawValue: 55)
        /// CURLE_RECV_ERROR: the connection broke while receiving.
        package static let receiveFailed = Self(rawValue: 56)
        /// CURLE_FILESIZE_EXCEEDED: the answer is longer than the caller allows.
        package static let tooLong = Self(rawValue: 63)

        /// Ours: the caller admits none of the addresses.
        package static let refusedAddress = Self(rawValue: 2000)

        static func multi(_ value: Int32) -> Self { Self(rawValue: 1000 + value) }
    }

    /// Whether the deadline passed.
    package var isTimeout: Bool { code == .timedOut }
    /// Whether no connection came about.
    package var isConnectFailure: Bool { code == .cannotConnect || code == .cannotResolve }
    /// Whether the caller's `Cancellation` ended the call.
    package var isCancelled: Bool { code == .aborted && cause == nil }
}

extension HTTPClientError: Equatable {
    /// Compares what happened; causes are compared by their text alone, as errors need not be equatable.
    package static func == (left: Self, right: Self) -> Bool {
        (left.code, left.call, left.message) == (right.code, right.call, right.message)
            && left.cause.map { "\($0)" } == right.cause.map { "\($0)" }
    }
}

extension HTTPClientError: CustomStringConvertible {
    /// `curl_multi_perform: Couldn't connect to server (7)`.
    package var description: String { "\(call): \(message) (\(code.rawValue))" }
}
