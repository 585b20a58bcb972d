/// Runs a body in a task of its own that is cancelled when the signal is raised.
///
/// Returns or throws what the body does, so the body decides what an interruption means.
package func interruptible<Value: Sendable, Failure: Error>(
    by signal: StopSignal, _ body: @escaping @Sendable () async throws(Failure) -> Value
) async throws(Failure) -> Value {
    let task = Task<Result<Value, Failure>, Never> {
        do throws(Failure) {
            return .success(try await body())
        } catch {
            return .failure(error)
        }
    }
    signal.onRaise { task.cancel() }
    let result = await withTaskCancellationHandler {
        await task.value
    } onCancel: {
        task.cancel()
    }
    return try result.get()
}
