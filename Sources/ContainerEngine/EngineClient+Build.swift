import HTTPClient
package import Model
import Synchronization

extension EngineClient {
    /// Builds an image and returns its id.
    ///
    /// Cancelling the task ends the build on the engine too, within five seconds.
    ///
    /// - Parameters:
    ///   - context: gives the next bytes of the context's tar, nil at its end; called on a thread of the client. What it
    ///     throws ends the build and is the error's `cause`.
    ///   - onOutput: gets the output as it comes, in pieces that need not be lines; called on a thread of the client.
    package func build(
        _ request: BuildRequest, context: @escaping @Sendable () throws -> [UInt8]?,
        onOutput: @escaping @Sendable (String) -> Void
    ) async throws(EngineError) -> ImageID {
        let image = Mutex<ImageID?>(nil)
        var ask = Ask("POST", "/build", query: try BuildQuery.items(of: request))
        ask.timeout = request.timeout
        ask.headers.append(HTTPHeader("Content-Type", "application/x-tar"))
        if !request.registries.isEmpty {
            ask.headers.append(HTTPHeader("X-Registry-Config", try Registries.header(of: request.registries)))
        }
        _ = image
        throw EngineError(status: 0, message: "not written yet", request: ask.name)
    }
}

/// The query of `POST /build`.
enum BuildQuery {
    static func items(of request: BuildRequest) throws(EngineError) -> [(name: String, value: String)] {
        []
    }
}

/// One object of the stream of a build or pull.
struct StreamMessage: Decodable {
    let stream: String?
    let error: String?
    let errorDetail: Detail?
    let aux: Auxiliary?

    struct Detail: Decodable { let message: String? }

    struct Auxiliary: Decodable {
        let id: String?

        enum CodingKeys: String, CodingKey {
            case id = "ID"
        }
    }

    /// Why it failed, if it did.
    var failure: String? { errorDetail?.message ?? error }
}
