package import Model

/// What the proxy sends to one service of an environment.
package struct Route: Sendable, Hashable, Comparable {
    /// `slipway--<project>--<environment>--<service>`, unique in the proxy.
    package let id: String
    /// The host names, sorted.
    package let hosts: [String]
    /// The loopback ports of its containers, sorted.
    package let ports: [Int]

    /// A route as given; hosts and ports are put in order.
    package init(id: String, hosts: [String], ports: [Int]) {
        self.id = id
        self.hosts = hosts.sorted()
        self.ports = ports.sorted()
    }

    /// The route of a service.
    package init(environment: EnvironmentID, service: String, hosts: [String], ports: [Int]) {
        self.init(id: "\(ContainerNames.network(of: environment))--\(service)", hosts: hosts, ports: ports)
    }

    /// The environment and service that an id speaks of; nil when it is not one of ours.
    package static func owner(of id: String) -> (environment: EnvironmentID, service: String)? {
        let parts = id.split(separator: "--", maxSplits: 3, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 4, parts[0] == "slipway", !parts[3].isEmpty,
            let project = ProjectName(parts[1]), let name = EnvironmentName(parts[2])
        else { return nil }
        return (EnvironmentID(project: project, name: name), parts[3])
    }

    package static func < (left: Self, right: Self) -> Bool { left.id < right.id }
}
