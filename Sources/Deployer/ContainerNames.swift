package import Model

/// The deterministic names of what an environment has in the engine.
package enum ContainerNames {
    /// `slipway--<project>--<environment>`, the name of the network and the beginning of every other name.
    package static func network(of id: EnvironmentID) -> String { "slipway--\(id.project)--\(id.name)" }

    /// `slipway--<project>--<environment>--hold`, the volume that stands for a hold.
    package static func holdMarker(of id: EnvironmentID) -> String { network(of: id) + "--hold" }

    /// `slipway--<project>--<environment>--<service>--<release>--<n>`.
    package static func container(of id: EnvironmentID, service: String, release: Digest, ordinal: Int) -> String {
        "\(network(of: id))--\(service)--\(release.short)--\(ordinal)"
    }

    /// The first name from the replica's own number on that is not taken.
    ///
    /// The ordinal differs from the replica where a container of the same release is still there with
    /// another configuration, or where a stranger sits on the name.
    package static func free(
        in id: EnvironmentID, service: String, release: Digest, replica: Int, taken: Set<String>
    ) -> String {
        var ordinal = replica
        while true {
            let name = container(of: id, service: service, release: release, ordinal: ordinal)
            if !taken.contains(name) { return name }
            ordinal += 1
        }
    }
}
