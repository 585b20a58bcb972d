package import Model

/// What the labels of a container, network or volume say, as values.
///
/// The engine's labels are the memory that outlives the database: whatever is needed to adopt a
/// running container is here. Never holds a secret.
package struct LabelSet: Sendable, Hashable {
    /// Which daemon's it is.
    package var instance: String
    /// Which environment's it is.
    package var environment: EnvironmentID
    /// The environment's kind.
    package var kind: EnvironmentKind?
    /// The service's name.
    package var service: String?
    /// Which replica of the service, from 1.
    package var replica: Int?
    /// The release's id.
    package var release: Digest?
    /// The release's content.
    package var content: Digest?
    /// The key of the build that made the image.
    package var build: Digest?
    /// The commit it was made for.
    package var commit: ObjectID?
    /// The ref it was made for.
    package var ref: RefName?
    /// The configuration digest.
    package var configuration: Digest?
    /// The loopback port it publishes on.
    package var port: Int?
    /// When the environment was first made.
    package var firstSeen: Timestamp?
    /// The pin on the environment at the time it was made.
    package var hold: Hold?
    /// When the environment expires.
    package var expires: Timestamp?

    /// The labels that networks and volumes share with containers.
    package init(instance: String, environment: EnvironmentID) {
        self.instance = instance
        self.environment = environment
    }

    /// The labels of one container of a service.
    package init(instance: String, wanted: WantedEnvironment, service: ReleasedService, replica: Int, port: Int?) {
        self.init(instance: instance, environment: wanted.id)
        kind = wanted.kind
        self.service = service.name
        self.replica = replica
        release = wanted.release.id
        content = wanted.release.content
        build = service.buildKey
        commit = wanted.commit
        ref = wanted.ref
        configuration = wanted.configuration.digest
        self.port = port
        firstSeen = wanted.firstSeen
        hold = wanted.hold
        expires = wanted.expires
    }

    /// Reads labels back; nil when they are not those of an environment.
    ///
    /// A label that cannot be read counts as absent: it then matches nothing that is wanted.
    package init?(_ labels: [String: String]) {
        guard let instance = labels[Label.instance],
            let project = labels[Label.project].flatMap({ ProjectName($0) }),
            let name = labels[Label.environment].flatMap({ EnvironmentName($0) })
        else { return nil }
        self.init(instance: instance, environment: EnvironmentID(project: project, name: name))
        kind = labels[Label.kind].flatMap { EnvironmentKind(rawValue: $0) }
        service = labels[Label.service]
        replica = labels[Label.replica].flatMap { Int($0) }
        release = labels[Label.release].flatMap { Digest($0) }
        content = labels[Label.content].flatMap { Digest($0) }
        build = labels[Label.build].flatMap { Digest($0) }
        commit = labels[Label.commit].flatMap { ObjectID($0) }
        ref = labels[Label.ref].map { RefName(printable: $0) }
        configuration = labels[Label.configuration].flatMap { Digest($0) }
        port = labels[Label.port].flatMap { Int($0) }
        firstSeen = labels[Label.firstSeen].flatMap { Timestamp($0) }
        hold = labels[Label.hold].flatMap { HoldLabel.hold(in: $0) }
        expires = labels[Label.expires].flatMap { Timestamp($0) }
    }

    /// The labels as the engine keeps them.
    package var encoded: [String: String] {
        var values = [
            Label.instance: instance,
            Label.project: environment.project.rawValue,
            Label.environment: environment.name.rawValue,
        ]
        if let kind { values[Label.kind] = kind.rawValue }
        if let service { values[Label.service] = service }
        if let replica { values[Label.replica] = String(replica) }
        if let release { values[Label.release] = release.hex }
        if let content { values[Label.content] = content.hex }
        if let build { values[Label.build] = build.hex }
        if let commit { values[Label.commit] = commit.hex }
        if let ref { values[Label.ref] = ref.description }
        if let configuration { values[Label.configuration] = configuration.hex }
        if let port { values[Label.port] = String(port) }
        if let firstSeen { values[Label.firstSeen] = firstSeen.description }
        if let hold { values[Label.hold] = HoldLabel.text(of: hold) }
        if let expires { values[Label.expires] = expires.description }
        return values
    }
}

/// A hold as the text of one label: `rolledBack@2026-01-31T09:05:00.123Z: the reason`.
package enum HoldLabel {
    /// How much of a reason fits; the whole of it is in the database.
    private static let reasonLimit = 500

    /// The label's text.
    package static func text(of hold: Hold) -> String {
        "\(hold.kind.rawValue)@\(hold.since): \(printable(hold.reason.utf8).prefix(reasonLimit))"
    }

    /// The hold that a label's text speaks of; nil if it speaks of none.
    package static func hold(in text: String) -> Hold? {
        guard let at = text.firstIndex(of: "@"), let end = text.firstRange(of: ": "),
            at < end.lowerBound,
            let kind = Hold.Kind(rawValue: String(text[..<at])),
            let since = Timestamp(String(text[text.index(after: at)..<end.lowerBound]))
        else { return nil }
        return Hold(kind: kind, reason: String(text[end.upperBound...]), since: since)
    }
}
