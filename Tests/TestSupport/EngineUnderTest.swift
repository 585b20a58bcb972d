package import HTTPClient

/// An engine that a daemon can be given in a test: a real one or a scripted one.
package protocol EngineUnderTest: Sendable {
    /// Where it listens.
    var socketPath: String { get }
    /// A block of 4096 addresses, for a daemon's networks.
    func uniqueBlock() -> String
    /// Asks it something and returns its answer, whatever the status.
    @discardableResult
    func ask(_ method: String, _ path: String, body: [UInt8]?, type: String) throws(HTTPClientError) -> HTTPResponse
    /// Ends it, with all that it runs.
    func end()
}

extension EngineUnderTest {
    /// Asks it something without a body and returns its answer, whatever the status.
    @discardableResult
    package func ask(_ method: String, _ path: String) throws(HTTPClientError) -> HTTPResponse {
        try ask(method, path, body: nil, type: "application/json")
    }
}

extension EngineFixture: EngineUnderTest {}
extension ScriptedEngine: EngineUnderTest {}
