import ContainerEngine
import Model

extension DeploymentPlan {
    /// Which observed container stands for which replica, and what that leaves to do.
    struct Draft {
        let observed: ObservedEnvironment
        let wanted: WantedEnvironment
        /// The containers that are what is wanted, by service and replica.
        let members: [String: [Int: ObservedContainer]]
        /// The names of what has yet to be made, by service and replica.
        private let newNames: [String: [Int: String]]
        private let memberIDs: Set<String>

        init(observed: ObservedEnvironment, wanted: WantedEnvironment) {
            self.observed = observed
            self.wanted = wanted
            var members: [String: [Int: ObservedContainer]] = [:]
            var newNames: [String: [Int: String]] = [:]
            var taken = Set(observed.containers.map(\.name))
            for service in wanted.release.services {
                for replica in Self.replicas(of: service) {
                    let candidates = observed.containers.filter { $0.isCurrent(service, replica: replica, in: wanted) }
                    if let best = candidates.min(by: Self.isBetter) {
                        members[service.name, default: [:]][replica] = best
                    } else {
                        let name = ContainerNames.free(
                            in: wanted.id, service: service.name, release: wanted.release.id, replica: replica,
                            taken: taken)
                        taken.insert(name)
                        newNames[service.name, default: [:]][replica] = name
                    }
                }
            }
            self.members = members
            self.newNames = newNames
            memberIDs = Set(members.values.flatMap { $0.values }.map(\.id))
        }

        private static func replicas(of service: ReleasedService) -> ClosedRange<Int> {
            1...max(1, service.definition.replicas)
        }

        /// A crash may leave two containers for one replica: what runs is better than what does not.
        private static func isBetter(_ left: ObservedContainer, _ right: ObservedContainer) -> Bool {
            (left.state == .running ? 0 : 1, left.name) < (right.state == .running ? 0 : 1, right.name)
        }

        /// The services that something is sent to.
        private var routedServices: [ReleasedService] {
            wanted.release.services.filter { service in
                service.definition.isPublic && service.definition.port != .worker
                    && !(wanted.hosts[service.name] ?? []).isEmpty
            }
        }

        /// What should rest and does not.
        var restless: [ContainerReference] {
            let alive = members.values.flatMap(\.values).filter { wanted.resting.contains($0.name) && $0.isAlive }
            return alive.sorted { $0.name < $1.name }.map { ContainerReference($0) }
        }

        /// What is launched of a service; nil when all of it runs and, where it is routed, is served.
        func launch(of service: ReleasedService) -> ServiceLaunch? {
            let isRouted = routedServices.contains { $0.name == service.name }
            let hasPredecessor = observed.containers.contains {
                $0.labels.service == service.name && !memberIDs.contains($0.id)
            }
            let launches = Self.replicas(of: service).compactMap { replica -> ContainerLaunch? in
                guard let member = members[service.name]?[replica] else {
                    guard let name = newNames[service.name]?[replica], !wanted.resting.contains(name) else {
                        return nil
                    }
                    return ContainerLaunch(name: name, replica: replica, action: .create)
                }
                let port = member.labels.port
                let isServed = self.isServed(member)
                let action: ContainerLaunch.Action? =
                    switch member.state {
                    case _ where wanted.resting.contains(member.name): nil
                    case .created, .exited: .start(id: member.id)
                    case .dead, .paused: .recreate(id: member.id)
                    case .restarting: .check(id: member.id)
                    // Made by a pass that did not come to its end, perhaps: nothing may be sent to it unchecked.
                    case .running: isRouted && !isServed ? .check(id: member.id) : nil
                    }
                guard let action else { return nil }
                return ContainerLaunch(
                    name: member.name, replica: replica, action: action, port: port,
                    isDisposable: hasPredecessor && !isServed)
            }
            guard !launches.isEmpty else { return nil }
            var launch = ServiceLaunch(service: service.name, containers: launches)
            if !service.definition.overlap {
                let old = predecessors(of: service)
                launch.stopsFirst = old.filter(\.isAlive).map { ContainerReference($0) }
                launch.fallback = old.filter { !wanted.faltering.contains($0.name) }.map { ContainerReference($0) }
            }
            return launch
        }

        /// What served before, of a service that never has two at once: what is alive, else (a pass that
        /// ended between stopping and starting) the newest that were made together.
        private func predecessors(of service: ReleasedService) -> [ObservedContainer] {
            let old = observed.containers.filter { $0.labels.service == service.name && !memberIDs.contains($0.id) }
            let alive = old.filter(\.isAlive)
            if !alive.isEmpty { return alive }
            guard let newest = old.filter({ $0.state == .exited }).max(by: { $0.createdAt < $1.createdAt }) else {
                return []
            }
            return old.filter {
                $0.labels.release == newest.labels.release && $0.labels.configuration == newest.labels.configuration
            }
        }

        /// Whether something is sent to it already.
        private func isServed(_ member: ObservedContainer) -> Bool {
            guard let port = member.labels.port else { return false }
            return observed.routes.contains { $0.ports.contains(port) }
        }

        /// Where the hosts should be sent; nil when they are sent there already.
        var targets: [RouteTarget]? {
            let services = routedServices
            // A container that is to rest is not made, and nobody saw it healthy unless it is served already: what is
            // left of its service serves on.
            let unproven =
                newNames.values.flatMap(\.values)
                + services.flatMap { members[$0.name, default: [:]].values.filter { !isServed($0) }.map(\.name) }
            if unproven.contains(where: wanted.resting.contains) { return nil }
            let targets = services.map { service in
                RouteTarget(
                    service: service.name, hosts: (wanted.hosts[service.name] ?? []).sorted(),
                    containers: Self.replicas(of: service).compactMap { replica in
                        members[service.name]?[replica]?.name ?? newNames[service.name]?[replica]
                    })
            }
            let routes = services.compactMap { service -> Route? in
                let ports = Self.replicas(of: service).compactMap { members[service.name]?[$0]?.labels.port }
                guard ports.count == Self.replicas(of: service).count else { return nil }
                return Route(
                    environment: wanted.id, service: service.name, hosts: wanted.hosts[service.name] ?? [],
                    ports: ports)
            }
            guard routes.count == services.count else { return targets }
            // What is made anew may have to publish on another port.
            let routed = services.flatMap { members[$0.name, default: [:]].values }
            let isRemade = routed.contains { !$0.isAlive || $0.state == .paused }
            if isRemade, !routed.contains(where: { wanted.resting.contains($0.name) }) { return targets }
            return routes.sorted() == observed.routes.sorted() ? nil : targets
        }
    }
}
