import HTTPClient

/// What a host's answers say about asking again: how long to rest.
enum HostLimits {
    /// A rest that a host wants.
    enum Rest: Sendable, Hashable {
        /// None.
        case none
        /// For that long.
        case ordered(Duration)
        /// It does not say for how long.
        case unsaid
    }

    /// How long the host wants to be left alone after this answer.
    ///
    /// - Parameters:
    ///   - message: what a refusal says.
    ///   - now: seconds since 1970, for hosts that name a moment.
    static func rest(after response: HTTPResponse, message: String = "", now: Int64) -> Rest {
        let isRefusal = response.status == 403 || response.status == 429
        if isRefusal || response.status == 503, let text = response.header("Retry-After"), let seconds = Int64(text) {
            return .ordered(.seconds(max(1, seconds)))
        }
        let remaining = response.header("X-RateLimit-Remaining") ?? response.header("RateLimit-Remaining")
        if remaining.flatMap({ Int($0) }) == 0 {
            let reset = response.header("X-RateLimit-Reset") ?? response.header("RateLimit-Reset")
            if let moment = reset.flatMap({ Int64($0) }) {
                let (seconds, isNonsense) = moment.subtractingReportingOverflow(now)
                return isNonsense ? .unsaid : .ordered(.seconds(max(1, seconds)))
            }
            return .unsaid
        }
        // docs.github.com: a secondary limit may be a 403 without a header that says so.
        let isSecondary = response.status == 403 && message.lowercased().contains("rate limit")
        return response.status == 429 || isSecondary ? .unsaid : .none
    }
}
