import Daemon
import GitHosts
import HTTPServer
import Model

/// One request to one route, with everything about its form already checked.
struct Call: Sendable {
    let control: any Control
    let request: Request
    let variables: [String: String]
    private let query: [String: String]
    private let members: [String: String]

    /// Longest text in a body's member.
    private static let textLimit = 2000

    /// Checks the query and the body against what the route declares.
    init(
        control: any Control, request: Request, route: Route, variables: [String: String]
    ) throws(RequestProblem) {
        self.control = control
        self.request = request
        self.variables = variables
        query = try Self.query(of: request.head.target, for: route)
        if case .object(let fields) = route.body {
            members = try Self.members(of: request.body, fields)
        } else {
            members = [:]
        }
    }

    // What handlers ask for

    func project() throws(RequestProblem) -> ProjectName {
        let text = variables["project"] ?? ""
        guard let name = ProjectName(text) else { throw .notFound("'\(printable(text.utf8))' is no project's name") }
        return name
    }

    func environment() throws(RequestProblem) -> EnvironmentID {
        let project = try project()
        let text = variables["environment"] ?? ""
        guard let name = EnvironmentName(text) else {
            throw .notFound("'\(printable(text.utf8))' is no environment's name")
        }
        return EnvironmentID(project: project, name: name)
    }

    /// A variable of the path that has no form of its own.
    func variable(_ name: String) -> String { variables[name] ?? "" }

    func text(_ name: String) -> String? { query[name] }

    func integer(_ name: String) -> Int? { query[name].flatMap { Int($0) } }

    func isSet(_ name: String) -> Bool { ["1", "true"].contains(query[name]) }

    func environmentName(_ name: String) throws(RequestProblem) -> EnvironmentName? {
        guard let text = query[name] else { return nil }
        guard let value = EnvironmentName(text) else {
            throw .invalid("\(name): '\(printable(text.utf8))' is no environment's name")
        }
        return value
    }

    func projectName(_ name: String) throws(RequestProblem) -> ProjectName? {
        guard let text = query[name] else { return nil }
        guard let value = ProjectName(text) else {
            throw .invalid("\(name): '\(printable(text.utf8))' is no project's name")
        }
        return value
    }

    func commit(_ text: String?) throws(RequestProblem) -> ObjectID? {
        guard let text else { return nil }
        guard let id = ObjectID(text) else { throw .invalid("commit: the 40 digits of a commit's id are needed") }
        return id
    }

    func member(_ name: String) -> String? { members[name] }

    // Checks

    private static func query(
        of target: RequestTarget, for route: Route
    ) throws(RequestProblem) -> [String: String] {
        var result: [String: String] = [:]
        for item in target.query {
            guard let parameter = route.parameters.first(where: { $0.name == item.name }) else {
                let known = route.parameters.map(\.name).joined(separator: ", ")
                throw .invalid(
                    "unknown query parameter '\(printable(item.name.utf8))'; "
                        + (known.isEmpty ? "there are none here" : "there are: \(known)"))
            }
            guard result[item.name] == nil else { throw .invalid("\(item.name) is given twice") }
            switch parameter.kind {
            case .text: break
            case .integer(let range):
                guard item.value.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let value = Int(item.value),
                    range.contains(value)
                else {
                    throw .invalid("\(item.name): a number from \(range.lowerBound) to \(range.upperBound) is needed")
                }
            case .flag:
                guard ["0", "1", "true", "false"].contains(item.value) else {
                    throw .invalid("\(item.name): 1 or 0 is needed")
                }
            }
            result[item.name] = item.value
        }
        return result
    }

    private static func members(of body: [UInt8], _ fields: [Route.Field]) throws(RequestProblem) -> [String: String] {
        var result: [String: String] = [:]
        let known = fields.isEmpty ? "none here" : fields.map(\.name).joined(separator: ", ")
        if !body.isEmpty {
            guard let root = JSONDocument(body)?.root, let names = root.memberNames else {
                throw .invalid("the body is no JSON object; its members: \(known)")
            }
            guard Set(names).count == names.count else { throw .invalid("the body has a member twice") }
            for name in names {
                guard fields.contains(where: { $0.name == name }) else {
                    throw .invalid("unknown member '\(printable(name.utf8))' of the body; its members: \(known)")
                }
                // Null is the same as not there.
                guard let value = root[name] else { continue }
                guard let text = value.string, text.utf8.count <= textLimit, printable(text.utf8) == text else {
                    throw .invalid("\(name): a text of at most \(textLimit) bytes on one line is needed")
                }
                result[name] = text
            }
        }
        for field in fields where field.isRequired && result[field.name] == nil {
            throw .invalid("the body lacks '\(field.name)': \(field.summary)")
        }
        return result
    }
}
