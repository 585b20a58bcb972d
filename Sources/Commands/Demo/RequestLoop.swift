import Dispatch
import HTTPClient
import Synchronization

/// Requests a URL over and over on a thread of its own, and counts what failed.
final class RequestLoop: Sendable {
    /// What came of the requests.
    struct Result: Sendable {
        var total = 0
        var failed = 0
        /// What the first failed request got.
        var first: String?
    }

    private let result = Mutex(Result())
    private let isEnding = Mutex(false)
    private let ended = DispatchlessWait()
    private let wasRead = Mutex(false)

    /// Begins at once.
    init(url: String) {
        DispatchQueue(label: "slipway.demo.requests").async { [self] in
            let client = SocketClient(socketPath: nil)
            while !isEnding.withLock({ $0 }) {
                let problem = Self.problem(client, url)
                result.withLock { result in
                    result.total += 1
                    guard let problem else { return }
                    result.failed += 1
                    result.first = result.first ?? problem
                }
            }
            ended.signal()
        }
    }

    /// Why one request failed; nil when it did not.
    private static func problem(_ client: SocketClient, _ url: String) -> String? {
        do throws(HTTPClientError) {
            let status = try client.perform("GET", url, timeout: .seconds(5)).status
            return status == 200 ? nil : "the first got status \(status)"
        } catch {
            return "the first got no answer: \(error)"
        }
    }

    /// Ends after the request at hand, and says what came of all of them.
    @discardableResult
    func end() -> Result {
        isEnding.withLock { $0 = true }
        let isFirst = wasRead.withLock { read in
            defer { read = true }
            return !read
        }
        if isFirst { ended.wait() }
        return result.withLock { $0 }
    }
}
