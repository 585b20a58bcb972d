package import Model

/// Every route of every environment: what the proxy should know.
package struct RouteTable: Sendable, Hashable {
    private var routesByEnvironment: [EnvironmentID: [Route]] = [:]

    /// A table without a route.
    package init() {}

    /// A table of routes; those whose ids are none of ours are left out.
    package init(_ routes: [Route]) {
        for route in routes {
            guard let owner = Route.owner(of: route.id) else { continue }
            routesByEnvironment[owner.environment, default: []].append(route)
        }
        for environment in routesByEnvironment.keys { routesByEnvironment[environment]?.sort() }
    }

    /// The routes of one environment, ordered by id.
    package subscript(environment: EnvironmentID) -> [Route] {
        get { routesByEnvironment[environment] ?? [] }
        set { routesByEnvironment[environment] = newValue.isEmpty ? nil : newValue.sorted() }
    }

    /// The environments that have a route.
    package var environments: [EnvironmentID: [Route]] { routesByEnvironment }

    /// All routes, ordered by id, so that equal tables are equal documents.
    package var routes: [Route] { routesByEnvironment.values.flatMap { $0 }.sorted() }

    /// The loopback ports that something is sent to.
    package var ports: Set<Int> { Set(routesByEnvironment.values.flatMap { $0 }.flatMap(\.ports)) }
}
