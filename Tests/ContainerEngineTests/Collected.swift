import Lifecycle
import Synchronization

/// What closures on other threads have handed over so far.
final class Collected<Element: Sendable>: Sendable {
    private let elements = Mutex<[Element]>([])
    private let wake = Wake()

    var all: [Element] { elements.withLock { $0 } }

    func append(_ more: some Sequence<Element>) {
        let more = Array(more)
        elements.withLock { $0 += more }
        wake.ring()
    }

    /// All of it, once; nil when there is nothing.
    func takeAll() -> [Element]? {
        elements.withLock { elements in
            defer { elements = [] }
            return elements.isEmpty ? nil : elements
        }
    }

    /// Waits until what there is is as wanted, or the task is cancelled.
    func wait(until isWanted: ([Element]) -> Bool) async {
        while !isWanted(all), !Task.isCancelled { await wake.wait(until: nil) }
    }
}
