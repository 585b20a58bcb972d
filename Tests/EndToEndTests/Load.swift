import Dispatch
import Glibc
import HTTPClient
import Synchronization

/// Requests one host through the proxy over and over, on two threads.
final class Load: Sendable {
    private struct State {
        var total = 0
        var failures: [String] = []
        var isEnding = false
    }

    private let state = Mutex(State())
    private let threads = DispatchGroup()

    private let pause: Duration

    /// - Parameter pause: between two requests of a thread; zero: as many as the machine gives.
    init(host: String, port: Int, pause: Duration = .zero) {
        self.pause = pause
        for number in 0..<2 {
            let queue = DispatchQueue(label: "load \(number)")
            queue.async(group: threads) { self.run(host, port) }
        }
    }

    private func run(_ host: String, _ port: Int) {
        guard var session = try? HTTPSession() else { return }
        let request = HTTPRequest(
            url: "http://127.0.0.1:\(port)/", headers: [HTTPHeader("Host", host)], timeout: .seconds(10))
        while !state.withLock({ $0.isEnding }) {
            let failure: String?
            do {
                let status = try session.perform(request).status
                failure = status == 200 ? nil : "status \(status)"
            } catch {
                failure = "\(error)"
            }
            state.withLock { state in
                state.total += 1
                if let failure { state.failures.append(failure) }
            }
            if pause > .zero { usleep(UInt32(pause.components.attoseconds / 1_000_000_000_000)) }
        }
    }

    /// Ends it; how many requests there were, and what went wrong with those that failed.
    func end() -> (total: Int, failures: [String]) {
        state.withLock { $0.isEnding = true }
        threads.wait()
        return state.withLock { ($0.total, $0.failures) }
    }
}
