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
                let response = client.ask("GET", url, timeout: .seconds(5))
                result.withLock { result in
                    result.total += 1
                    guard response?.status != 200 else { return }
                    result.failed += 1
                    result.first = result.first ?? response.map { "status \($0.status)" } ?? "no answer"
                }
            }
            ended.signal()
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
