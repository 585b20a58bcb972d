/// A value that cannot be printed by accident: every description of it is `[secret]`.
package struct Secret<Value: Sendable>: Sendable {
    private let value: Value

    /// Takes a value into custody.
    package init(_ value: Value) { self.value = value }

    /// Hands the value to code that really needs it. Visible in every review, on purpose.
    package func withValue<Result, Failure: Error>(
        _ body: (Value) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(value)
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "[secret]" }
    package var debugDescription: String { "[secret]" }
    package var customMirror: Mirror { Mirror(self, children: EmptyCollection()) }
}

extension Secret: Equatable where Value: Equatable {}
extension Secret: Hashable where Value: Hashable {}
