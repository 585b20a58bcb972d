import Synchronization

/// The containers whose removal was asked for and never answered.
///
/// The engine may still be about to remove them: until it has, or has answered another time, they count as dead, so that
/// nothing is sent to what may be gone a moment later. Forgotten with the daemon; ids are never given twice.
final class LostRemovals: Sendable {
    private let ids = Mutex<Set<String>>([])

    /// The answer to the removal of a container was lost.
    func lost(_ id: String) { ids.withLock { _ = $0.insert(id) } }

    /// The engine said that a container is gone.
    func settled(_ id: String) { ids.withLock { _ = $0.remove(id) } }

    /// Whether a container may be about to go.
    func contains(_ id: String) -> Bool { ids.withLock { $0.contains(id) } }

    /// All of them, as of now.
    var all: Set<String> { ids.withLock { $0 } }

    /// A complete listing that began after these were lost does not have them: they are gone.
    func forget(_ gone: Set<String>) {
        ids.withLock { $0.subtract(gone) }
    }
}
