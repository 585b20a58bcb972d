/// Work that goes on when the caller who began it has gone. Whoever keeps it may cancel it.
package final class BackgroundWork: Sendable {
    private let task: Task<Void, Never>

    /// Begins the work at once.
    package init(_ body: @escaping @Sendable () async -> Void) { task = Task { await body() } }

    /// Cancels the work; it ends when its body returns.
    package func cancel() { task.cancel() }
}
