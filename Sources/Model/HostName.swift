/// The host names under which environments are reached.
package enum HostName {
    /// One DNS label's limit (RFC 1035, 2.3.4).
    package static let labelLimit = 63

    /// `<environment>--<project>.<domain>` for the main service, `<service>--<environment>--<project>.<domain>` for a further one.
    ///
    /// A label that would be over 63 characters keeps its project and ends the rest with six digits of its digest.
    package static func of(
        environment: EnvironmentID, service: String?, domain: String, hashing: Hashing
    ) -> String {
        let tail = "\(environment.name)--\(environment.project)"
        let label = service.map { "\($0)--\(tail)" } ?? tail
        guard label.utf8.count > labelLimit else { return "\(label).\(domain)" }
        let suffix = "-\(hashing(Array(label.utf8)).hex.prefix(6))--\(environment.project)"
        let head = (service.map { "\($0)-" } ?? "") + environment.name.rawValue
        var stem = head.prefix(labelLimit - suffix.count)
        while stem.last == "-" { stem.removeLast() }
        return stem + suffix + ".\(domain)"
    }
}
