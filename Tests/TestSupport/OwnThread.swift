import Glibc

/// Threads for what blocks as long as it likes: a connection that is served, a port that is listened on.
enum OwnThread {
    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    private static let entry: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
        guard let context else { return nil }
        Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
        return nil
    }

    /// Runs the body on a thread of its own, which nobody waits for.
    static func start(_ body: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        let code = pthread_create(&thread, nil, entry, Unmanaged.passRetained(Body(body)).toOpaque())
        precondition(code == 0, "no thread can be made: \(code)")
        pthread_detach(thread)
    }
}

extension OwnThread {
    /// Blocks this thread until a moment.
    static func pause(until end: ContinuousClock.Instant) {
        while ContinuousClock.now < end {
            let left = end - .now
            let microseconds = left.components.seconds * 1_000_000 + left.components.attoseconds / 1_000_000_000_000
            usleep(UInt32(clamping: max(1, min(microseconds, 100_000))))
        }
    }
}
