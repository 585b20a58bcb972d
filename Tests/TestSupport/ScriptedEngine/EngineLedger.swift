import Glibc
import Synchronization

/// Every side effect that a scripted engine performed, in order: the oracle for what happened twice or was left behind.
package final class EngineLedger: Sendable {
    /// What was done.
    package enum Effect: String, Sendable, Hashable, CaseIterable {
        case buildBegun, imageBuilt, buildAbandoned, imageTagged, imageUntagged, imageRemoved
        case networkCreated, networkRemoved
        case volumeCreated, volumeRemoved
        case containerCreated, containerStarted, containerStopped, containerKilled, containerDied, containerRemoved
        case containerRenamed, containerPaused, containerUnpaused
    }

    /// One side effect.
    package struct Entry: Sendable, CustomStringConvertible {
        /// Its place in the order, from 1.
        package let number: Int
        /// What was done.
        package let effect: Effect
        /// The name of what it was done to: a container's, a network's, a volume's; an image's first name.
        package let name: String
        /// The engine's id for it.
        package let id: String
        /// Its labels.
        package let labels: [String: String]
        /// When.
        package let at: ContinuousClock.Instant

        package var description: String { "\(number) \(effect) \(name)" }
    }

    private let list = Mutex<[Entry]>([])
    private let asked = Mutex<[String: [String: String]]>([:])

    package init() {}

    /// All of it, in order.
    package var entries: [Entry] { list.withLock { $0 } }

    /// How many there are: a mark for ``entries(after:)``.
    package var count: Int { list.withLock { $0.count } }

    /// What was done after a mark.
    package func entries(after mark: Int) -> [Entry] { list.withLock { Array($0.dropFirst(mark)) } }

    /// How often something was done to each name, after a mark.
    package func counts(of effect: Effect, after mark: Int = 0) -> [String: Int] {
        entries(after: mark).filter { $0.effect == effect }.reduce(into: [:]) { $0[$1.name, default: 0] += 1 }
    }

    /// The names that something was done to more than once after a mark: what should have been looked up was repeated.
    package func repeated(_ effect: Effect, after mark: Int = 0) -> [String] {
        counts(of: effect, after: mark).filter { $0.value > 1 }.keys.sorted()
    }

    /// The effects on one name, in order.
    package func effects(on name: String) -> [Effect] { entries.filter { $0.name == name }.map(\.effect) }

    /// What the newest build of an image of that name was asked with.
    package func buildQuery(of tag: String) -> [String: String] { asked.withLock { $0[tag] ?? [:] } }

    func noteBuild(_ tag: String, _ query: [String: String]) { asked.withLock { $0[tag] = query } }

    func note(_ effect: Effect, _ name: String, id: String, labels: [String: String]) {
        list.withLock { list in
            list.append(
                Entry(number: list.count + 1, effect: effect, name: name, id: id, labels: labels, at: .now))
        }
    }
}
