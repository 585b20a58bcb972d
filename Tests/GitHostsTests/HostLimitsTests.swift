import HTTPClient
import Testing

@testable import GitHosts

/// How long a host is left alone, by what its answer says.
struct HostLimitsTests {
    private static let now: Int64 = 1_767_225_600

    struct Case: Sendable, CustomTestStringConvertible {
        let status: Int
        var headers: [String: String] = [:]
        let rest: HostLimits.Rest
        var testDescription: String { "\(status) \(headers)" }
    }

    @Test(arguments: [
        Case(status: 200, rest: .none), Case(status: 403, rest: .none), Case(status: 429, rest: .unsaid),
        Case(status: 429, headers: ["Retry-After": "7"], rest: .ordered(.seconds(7))),
        Case(status: 503, headers: ["Retry-After": "0"], rest: .ordered(.seconds(1))),
        Case(status: 403, headers: ["Retry-After": "-9223372036854775808"], rest: .ordered(.seconds(1))),
        Case(status: 429, headers: ["Retry-After": "tomorrow"], rest: .unsaid),
        Case(status: 200, headers: ["X-RateLimit-Remaining": "1", "X-RateLimit-Reset": "9"], rest: .none),
        Case(
            status: 200, headers: ["X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "\(now + 9)"],
            rest: .ordered(.seconds(9))),
        Case(status: 200, headers: ["RateLimit-Remaining": "0", "RateLimit-Reset": "5"], rest: .ordered(.seconds(1))),
        Case(status: 200, headers: ["RateLimit-Remaining": "0"], rest: .unsaid),
        // A moment so far away that there is no number for the time until then.
        Case(
            status: 200, headers: ["RateLimit-Remaining": "0", "RateLimit-Reset": "-9223372036854775808"],
            rest: .unsaid),
    ])
    func isAsTheAnswerSays(_ example: Case) {
        let response = HTTPResponse(
            status: example.status, headers: example.headers.map { HTTPHeader($0, $1) }, body: [])
        #expect(HostLimits.rest(after: response, now: Self.now) == example.rest)
    }
}
