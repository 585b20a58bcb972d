import Glibc
import Model
import Synchronization

/// What the demo prints: a line when a step begins, replaced by what came of it.
final class DemoPage: Sendable {
    private let isTerminal = isatty(STDOUT_FILENO) == 1 && getenv("NO_COLOR") == nil
    private let number = Mutex(0)

    func title(_ text: String) { line(bold(text) + "\n") }

    func note(_ text: String) { line("     " + text) }

    func begin(_ what: String) {
        let number = number.withLock { number in
            number += 1
            return number
        }
        if isTerminal { write("  \(number)  \(what) …") }
    }

    func end(_ what: String, effect: String, took: Duration, url: String?) {
        let number = number.withLock { $0 }
        let seconds = Double(took.wholeMilliseconds) / 1000
        let time = "\((seconds * 10).rounded() / 10) s"
        let start = isTerminal ? "\r\u{1b}[K" : ""
        let padded = what + String(repeating: " ", count: max(1, 28 - what.count))
        line("\(start)  \(number)  \(padded)\(effect)  \(green(time))")
        if let url { line("     " + bold(url)) }
    }

    func failure(_ failure: Demo.Failure) {
        if isTerminal { line("") }
        line("     " + red("failed: ") + failure.message)
        if let hint = failure.hint { line("     " + hint) }
    }

    func line(_ text: String) { write(text + "\n") }

    private func write(_ text: String) {
        print(text, terminator: "")
        fflush(nil)
    }

    private func bold(_ text: String) -> String { isTerminal ? "\u{1b}[1m\(text)\u{1b}[0m" : text }
    private func green(_ text: String) -> String { isTerminal ? "\u{1b}[32m\(text)\u{1b}[0m" : text }
    private func red(_ text: String) -> String { isTerminal ? "\u{1b}[31m\(text)\u{1b}[0m" : text }
}
