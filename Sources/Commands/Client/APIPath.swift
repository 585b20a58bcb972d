import Model

/// A path of the daemon's API, with everything that was handed in percent-encoded.
struct APIPath: Sendable, Hashable {
    private var path: String
    private var query: [String] = []

    private init(_ path: String) { self.path = path }

    /// `/api/v1/status`
    static let status = Self("/api/v1/status")
    /// `/api/v1/events`
    static let events = Self("/api/v1/events")

    /// `/api/v1/quarantine`
    static let quarantine = Self("/api/v1/quarantine")
    /// `/api/v1/projects`
    static let projects = Self("/api/v1/projects")
    /// `/api/v1/notifications`
    static let notifications = Self("/api/v1/notifications")
    /// `/api/v1/hooks`
    static let hooks = Self("/api/v1/hooks")
    /// `/api/v1/backups`
    static let backups = Self("/api/v1/backups")

    /// `/api/v1/projects/shop`
    static func project(_ name: ProjectName) -> Self { Self("/api/v1/projects/" + encoded(name.rawValue)) }

    /// `/api/v1/projects/shop/environments/staging`
    static func environment(_ id: EnvironmentID) -> Self {
        project(id.project).adding("environments").adding(id.name.rawValue)
    }

    /// The path with a further part.
    func adding(_ part: String) -> Self {
        var result = self
        result.path += "/" + Self.encoded(part)
        return result
    }

    /// The path with a query; nil: without it.
    func asking(_ name: String, _ value: String?) -> Self {
        guard let value else { return self }
        var result = self
        result.query.append("\(name)=\(Self.encoded(value))")
        return result
    }

    /// What is asked for.
    var text: String { query.isEmpty ? path : "\(path)?\(query.joined(separator: "&"))" }

    /// Only RFC 3986's unreserved characters stay as they are.
    private static func encoded(_ text: String) -> String {
        text.utf8.map { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: return String(UnicodeScalar(byte))
            case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                return String(UnicodeScalar(byte))
            default: return "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }.joined()
    }
}
