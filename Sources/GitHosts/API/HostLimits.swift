import HTTPClient

/// What a host's answers say about asking again: how long to rest.
enum HostLimits {
    /// A refusal without a time means at least this long: docs.github.com, "Rate limits for the REST API".
    private static let usualRest = Duration.seconds(60)

    /// How long the host wants to be left alone after this answer; nil when it may be asked at once.
    ///
    /// - Parameter now: seconds since 1970, for hosts that name a moment.
    static func rest(after response: HTTPResponse, now: Int64) -> Duration? {
        let isRefusal = response.status == 403 || response.status == 429
        if isRefusal || response.status == 503, let text = response.header("Retry-After"), let seconds = Int64(text) {
            return .seconds(max(1, seconds))
        }
        let remaining = response.header("X-RateLimit-Remaining") ?? response.header("RateLimit-Remaining")
        if remaining.flatMap({ Int($0) }) == 0 {
            let reset = response.header("X-RateLimit-Reset") ?? response.header("RateLimit-Reset")
            if let moment = reset.flatMap({ Int64($0) }) {
                let (seconds, isNonsense) = moment.subtractingReportingOverflow(now)
                return isNonsense ? usualRest : .seconds(max(1, seconds))
            }
            return usualRest
        }
        return response.status == 429 ? usualRest : nil
    }
}
