/// Bounds of one server; every deadline is absolute, whatever arrives meanwhile.
package struct Limits: Sendable, Hashable {
    /// Memory of the library for one connection; a head that needs more is answered 431 or 414.
    package var connectionBytes = 32 * 1024
    /// How many connections there may be at once.
    package var connections = 512
    /// Threads that serve connections.
    package var threads = 1
    /// How many bytes the bodies of all requests may have together, from their first byte to their answer.
    package var bodyBytes = 64 * 1024 * 1024
    /// From the first byte one may send to the end of the head.
    package var head: Duration = .seconds(10)
    /// From the end of the head to the end of the body.
    package var body: Duration = .seconds(30)
    /// From the answer to its last byte taken.
    package var response: Duration = .seconds(60)
    /// How long a kept connection may wait for its next request.
    package var idle: Duration = .seconds(75)
    /// How long a stream's reader may take nothing while something waits for it.
    package var stall: Duration = .seconds(30)
    /// How long stopping waits for answers to be taken.
    package var drain: Duration = .seconds(2)

    /// The defaults.
    package init() {}

    /// Whether a connection has been in its phase for too long.
    func isOverdue(_ phase: ConnectionPhase, for age: Duration, isFirst: Bool) -> Bool {
        switch phase {
        case .waiting: age >= (isFirst ? head : idle)
        case .head: age >= head
        case .body: age >= body
        case .handling: false
        case .sending: age >= response
        case .streaming: age >= stall
        }
    }
}

/// How far a connection is with its present request.
enum ConnectionPhase: Sendable, Hashable {
    /// For the first byte of a request, or the rest of its first line.
    case waiting
    /// Its first line is there.
    case head
    /// Its head is there and admitted.
    case body
    /// It is there, and no answer yet.
    case handling
    /// The answer is on its way.
    case sending
    /// The answer is a stream, and part of it waits to be taken; its age counts from the last part taken.
    case streaming
}
