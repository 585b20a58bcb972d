/// Stands in until the client lands.
package final class EngineClient: Sendable {}
