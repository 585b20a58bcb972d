import Crypto
import GitHosts
import Model

/// Whether the time of a refusal tells how much of a signature was right (A-4): Welch's t of two kinds of guesses.
enum Timing {
    private static let secret = Secret("a secret that nobody knows")
    private static let body = Array(#"{"ref":"refs/heads/main"}"#.utf8)
    private static let rounds = 300_000

    /// Prints a line for each way of proving who sends: its name, and the larger t of all and of the faster half.
    static func run() {
        let code = Hexadecimal.text(of: HMAC.sha256(key: secret.withValue { Array($0.utf8) }, message: body))
        let token = secret.withValue { $0 }
        print(
            "hmac", statistic(gitHub("sha256=" + changed(code, at: 0)), gitHub("sha256=" + changed(code, at: 63))))
        print(
            "token",
            statistic(gitLab(changed(token, at: 0)), gitLab(changed(token, at: token.utf8.count - 1))))
    }

    /// Another character of the same kind in that place: reading a letter may take longer than reading a digit, which
    /// tells a guesser nothing that he does not know.
    private static func changed(_ text: String, at place: Int) -> String {
        var bytes = Array(text.utf8)
        switch bytes[place] {
        case UInt8(ascii: "9"): bytes[place] = UInt8(ascii: "8")
        case UInt8(ascii: "f"): bytes[place] = UInt8(ascii: "e")
        default: bytes[place] += 1
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func gitHub(_ signature: String) -> DeliveryRequest {
        request([("x-github-event", "push"), ("x-hub-signature-256", signature)])
    }

    private static func gitLab(_ token: String) -> DeliveryRequest {
        request([("x-gitlab-event", "Push Hook"), ("x-gitlab-token", token)])
    }

    private static func request(_ fields: [(String, String)]) -> DeliveryRequest {
        DeliveryRequest(
            headers: ([("content-type", "application/json")] + fields).map { .init(name: $0, value: $1) }, body: body)
    }

    private static func statistic(_ one: DeliveryRequest, _ other: DeliveryRequest) -> Double {
        var times: [[Double]] = [[], []]
        let requests = [one, other]
        for _ in 0..<2 * rounds {
            // Which comes next is chance, so that what the machine does meanwhile meets both alike.
            let kind = Int.random(in: 0...1)
            let start = ContinuousClock.now
            let outcome = DeliveryReader.read(requests[kind], secrets: [secret], now: Timestamp(milliseconds: 0))
            let passed = ContinuousClock.now - start
            guard case .failure = outcome else { fatalError("a guess was believed") }
            times[kind].append(passed / .nanoseconds(1))
        }
        let limit = (times[0] + times[1]).sorted()[rounds]
        let fast = times.map { kind in kind.filter { $0 <= limit } }
        return (max(welch(times), welch(fast)) * 100).rounded() / 100
    }

    /// The absolute value of Welch's t.
    private static func welch(_ samples: [[Double]]) -> Double {
        let parts = samples.map { values in
            let mean = values.reduce(0, +) / Double(values.count)
            let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
            return (mean: mean, error: variance / Double(values.count))
        }
        let difference = parts[0].mean - parts[1].mean
        return abs(difference) / (parts[0].error + parts[1].error).squareRoot()
    }
}
