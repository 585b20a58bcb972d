import Foundation
import Synchronization

/// What GitHub asks of an app: docs.github.com/rest/apps, and "Generating a JSON Web Token for a GitHub App".
extension ScriptedHost {
    /// A GitHub App that the host knows.
    package struct App: Sendable {
        /// Its id.
        package let id: String
        /// The number of its installation on the repository.
        package let installation: Int
        /// Whether a signature of a message is its key's.
        let verifies: @Sendable ([UInt8], [UInt8]) -> Bool
    }

    /// Knows an app from now on, with its key.
    package func install(id: String = "4711", installation: Int = 99, key: TestKey) {
        let app = App(id: id, installation: installation) { key.verifies($0, of: $1) }
        shared.withLock { $0.app = app }
    }

    /// Calls a body with every token that is handed out from now on, before it is.
    package func onAppToken(_ body: @escaping @Sendable (String) -> Void) { shared.withLock { $0.onAppToken = body } }

    /// The tokens that were handed out, oldest first.
    package var appTokens: [String] { shared.withLock { $0.appTokens } }

    /// Takes none of the tokens that were handed out so far any more.
    package func revokeAppTokens() { shared.withLock { $0.validTokens = [] } }

    /// Its clock is so many seconds ahead.
    package func setClock(ahead seconds: Int) {
        shared.withLock { $0.clockOffset = seconds }
    }

    /// Whether a call is made as the app itself.
    func isApp(_ path: String) -> Bool { path.hasPrefix("/app/") || path.hasSuffix("/installation") }

    /// What is wrong with an app's assertion.
    func doubt(ofAssertion header: String?) -> (Int, Any)? {
        let (app, offset) = shared.withLock { ($0.app, $0.clockOffset) }
        let refusal = (401, ["message": "A JSON web token could not be decoded"] as Any)
        guard let app, let header, header.hasPrefix("Bearer ") else { return refusal }
        let parts = header.dropFirst("Bearer ".count).split(separator: ".").map(String.init)
        guard parts.count == 3, let head = Self.object(parts[0]), let claims = Self.object(parts[1]),
            let signature = Self.bytes(parts[2]), head["alg"] as? String == "RS256", head["typ"] as? String == "JWT",
            claims["iss"] as? String == app.id, let issued = claims["iat"] as? Int, let end = claims["exp"] as? Int
        else { return refusal }
        let now = Int(Date().timeIntervalSince1970) + offset
        guard issued <= now else {
            return (401, ["message": "'Issued at' claim ('iat') must be an Integer in the past"])
        }
        guard end > now else { return (401, ["message": "'Expiration time' claim ('exp') is in the past"]) }
        guard end - now <= 600 else {
            return (401, ["message": "'Expiration time' claim ('exp') is too far in the future"])
        }
        return app.verifies(Array(signature), Array("\(parts[0]).\(parts[1])".utf8)) ? nil : refusal
    }

    func gitHubApp(_ call: Call, _ body: [String: Any]) -> (Int, Any)? {
        guard isApp(call.path), let app = shared.withLock({ $0.app }) else { return nil }
        if call.method == "GET", call.path == "/repos/\(repository)/installation" {
            return (200, ["id": app.installation, "app_id": 1])
        }
        guard call.method == "POST", let number = numbered(call.path, "/app/installations/", "/access_tokens") else {
            return nil
        }
        guard number == app.installation else { return (404, ["message": "Not Found"]) }
        let (token, tell) = shared.withLock { memory in
            let token = "ghs_of_the_test_\(memory.appTokens.count + 1)"
            memory.appTokens.append(token)
            memory.validTokens.insert(token)
            return (token, memory.onAppToken)
        }
        tell?(token)
        return (
            201,
            [
                "token": token, "expires_at": "2030-01-01T00:00:00Z",
            ]
        )
    }

    private static func bytes(_ text: String) -> Data? {
        let plain = text.replacing("-", with: "+").replacing("_", with: "/")
        guard !text.contains("=") else { return nil }
        return Data(base64Encoded: plain + String(repeating: "=", count: (4 - plain.count % 4) % 4))
    }

    private static func object(_ text: String) -> [String: Any]? {
        bytes(text).flatMap { try? JSONSerialization.jsonObject(with: $0) as? [String: Any] }
    }
}
