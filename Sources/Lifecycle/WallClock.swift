/// The wall clock; for records and people, never for deadlines.
package enum WallClock {
    /// Milliseconds since 1970, UTC.
    package static func milliseconds() -> Int64 { CurrentMachine.value.wallMilliseconds }
}
