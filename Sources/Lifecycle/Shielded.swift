/// Runs a body to its end even when the surrounding task is cancelled, and returns what it returns.
///
/// For what must not stay half done: cleaning up, and a switch that has begun.
package func shielded<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) async -> Value {
    await Task { await body() }.value
}
