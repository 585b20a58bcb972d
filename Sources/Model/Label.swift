/// The labels that make containers, networks, volumes and images recognisable without a database.
package enum Label {
    /// Which daemon's: an id kept in the state directory.
    package static let instance = "io.slipway.instance"
    /// The project's name.
    package static let project = "io.slipway.project"
    /// The environment's name.
    package static let environment = "io.slipway.environment"
    /// The environment's kind.
    package static let kind = "io.slipway.kind"
    /// The service's name.
    package static let service = "io.slipway.service"
    /// Which replica of the service, from 1.
    package static let replica = "io.slipway.replica"
    /// The release's id.
    package static let release = "io.slipway.release"
    /// The release's content: definitions and build keys.
    package static let content = "io.slipway.content"
    /// The key of the build that made the image.
    package static let build = "io.slipway.build"
    /// The commit the deployment was made for.
    package static let commit = "io.slipway.commit"
    /// The ref the deployment was made for, in printable form.
    package static let ref = "io.slipway.ref"
    /// The configuration digest.
    package static let configuration = "io.slipway.config"
    /// The loopback port the container publishes on.
    package static let port = "io.slipway.port"
    /// When the environment was first made, RFC 3339.
    package static let firstSeen = "io.slipway.first-seen"
    /// The kind and reason of a hold: `rolledBack: …`.
    package static let hold = "io.slipway.hold"
    /// When the environment expires, RFC 3339.
    package static let expires = "io.slipway.expires"
}
