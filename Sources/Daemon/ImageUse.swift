import Lifecycle
import Model
import Synchronization

/// Which images were handed out lately: they may not run yet, and are not removed meanwhile.
final class ImageUse: Sendable {
    private let touched = Mutex<[ImageID: ContinuousClock.Instant]>([:])

    /// How long an image that was handed out is left alone: longer than any start takes.
    private static let rest = Duration.seconds(3600)

    /// An image is about to be used.
    func touch(_ image: ImageID) { touched.withLock { $0[image] = SteadyClock.now } }

    /// The images that were handed out lately.
    var recent: Set<ImageID> {
        let now = SteadyClock.now
        return touched.withLock { touched in
            touched = touched.filter { now - $0.value < Self.rest }
            return Set(touched.keys)
        }
    }
}
