import Daemon
import HTTPServer
import Lifecycle
import Model

/// Finds the route of a request: pure, and asked twice, once for the head and once for the whole.
struct Dispatcher: Sendable {
    /// Whom the listener serves.
    let audience: Route.Audience
    /// How long a delivery may be.
    let deliveryByteLimit: Int

    /// How long the body of any other request may be.
    static let bodyByteLimit = 64 * 1024

    /// A route and the values of its path's variables.
    struct Match: Sendable {
        let route: Route
        let variables: [String: String]
    }

    /// What becomes of a request with this head.
    func admission(of head: RequestHead) -> Admission {
        do throws(RequestProblem) {
            let route = try match(head).route
            let limit = try bodyLimit(of: head, for: route)
            guard head.contentLength <= limit else {
                throw RequestProblem(
                    status: 413, title: "content too large", detail: "the body may have \(limit) bytes at most")
            }
            return .admitted(bodyLimit: limit)
        } catch {
            return .refused(Answers.problem(error, more: allowance(for: head, error)))
        }
    }

    /// The route of a request. A HEAD is answered as a GET, and the library leaves out the body.
    func match(_ head: RequestHead) throws(RequestProblem) -> Match {
        let method = head.method == "HEAD" ? "GET" : head.method
        var isOther = false
        for route in Routes.all where isServed(route) {
            guard let variables = route.variables(in: head.target.segments) else { continue }
            if route.method == method { return Match(route: route, variables: variables) }
            isOther = true
        }
        throw isOther
            ? RequestProblem(status: 405, title: "method not allowed", detail: "\(head.method) is not possible here")
            : .notFound("there is nothing at this path")
    }

    private func isServed(_ route: Route) -> Bool { route.audience == .everyone || audience == .local }

    private func bodyLimit(of head: RequestHead, for route: Route) throws(RequestProblem) -> Int {
        switch route.body {
        case .none:
            guard head.contentLength == 0 else { throw .invalid("this request takes no body") }
            return 0
        case .object:
            guard head.contentLength == 0 || head.mediaType == "application/json" else {
                throw RequestProblem(
                    status: 415, title: "unsupported media type", detail: "the body must be application/json")
            }
            guard !head.isBodyEncoded else { throw Answers.encodedBody }
            return Self.bodyByteLimit
        case .delivery:
            Failpoint.pass("ingest.headers.read")
            guard let type = head.mediaType, Answers.deliveryTypes.contains(type) else {
                throw Answers.unsupportedDelivery
            }
            guard !head.isBodyEncoded else { throw Answers.encodedBody }
            return deliveryByteLimit
        }
    }

    private func allowance(for head: RequestHead, _ problem: RequestProblem) -> [RequestHead.Field] {
        guard problem.status == 405 else { return [] }
        let methods = Routes.all.filter { isServed($0) && $0.variables(in: head.target.segments) != nil }.map(\.method)
        return [.init(name: "allow", value: methods.joined(separator: ", "))]
    }
}
