import Daemon
import FoundationEssentials
import HTTPServer
import Model

/// Values and problems as HTTP answers.
enum Answers {
    /// Nobody may keep a copy or guess another type.
    private static let common: [RequestHead.Field] = [
        .init(name: "cache-control", value: "no-store"), .init(name: "x-content-type-options", value: "nosniff"),
    ]

    /// A value as JSON with its keys in order.
    static func json(_ value: any Encodable, status: Int = 200) -> Response {
        answer(status, "application/json", encoded(value))
    }

    /// A problem as RFC 9457 has it.
    static func problem(_ problem: RequestProblem, more: [RequestHead.Field] = []) -> Response {
        let details = Details(
            type: "about:blank", title: problem.title, status: problem.status, detail: problem.detail)
        return answer(problem.status, "application/problem+json", encoded(details), more: more)
    }

    /// The answer to a delivery.
    static func delivery(_ answer: DeliveryAnswer) -> Response {
        switch answer {
        case .accepted: accepted
        case .unknownProject: problem(.notFound("there is no such project"))
        case .unauthorised:
            problem(RequestProblem(status: 401, title: "unauthorised", detail: "the signature is missing or wrong"))
        case .malformed: problem(.invalid("the delivery cannot be read"))
        case .unsupported: problem(unsupportedDelivery)
        case .tooLarge:
            problem(RequestProblem(status: 413, title: "content too large", detail: "the delivery is too long"))
        case .unavailable:
            problem(
                .unavailable("the delivery cannot be stored now; send it again"),
                more: [.init(name: "retry-after", value: "30")])
        }
    }

    /// Bytes that are nothing but that.
    static func bytes(_ bytes: [UInt8]) -> Response { answer(200, "application/octet-stream", bytes) }

    /// The media types a delivery may have.
    static let deliveryTypes = ["application/json", "application/x-www-form-urlencoded"]

    /// A delivery of another media type.
    static let unsupportedDelivery = RequestProblem(
        status: 415, title: "unsupported media type",
        detail: "a delivery is one of: \(deliveryTypes.joined(separator: ", "))")

    /// A body that would have to be decompressed: no Git host sends any, and a few bytes could become very many.
    static let encodedBody = RequestProblem(
        status: 415, title: "unsupported media type", detail: "a body is sent as it is, without Content-Encoding")

    private static let accepted = answer(202, "text/plain; charset=utf-8", Array("accepted\n".utf8))

    /// Header fields of a stream of that media type.
    static func streamFields(_ type: String) -> [RequestHead.Field] {
        common + [.init(name: "content-type", value: type)]
    }

    /// A value as JSON on one line.
    static func encoded(_ value: any Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(value) else {
            preconditionFailure("a value of our own cannot be written as JSON: \(type(of: value))")
        }
        return Array(data)
    }

    private static func answer(
        _ status: Int, _ type: String, _ body: [UInt8], more: [RequestHead.Field] = []
    ) -> Response {
        Response(status: status, fields: common + [.init(name: "content-type", value: type)] + more, body: body)
    }

    private struct Details: Encodable {
        let type: String
        let title: String
        let status: Int
        let detail: String
    }
}
