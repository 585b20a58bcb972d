/// What runs, the same in every environment: service definitions and the images built for them.
package struct Release: Sendable, Hashable, Codable {
    /// SHA-256 of the canonical form of ``services``.
    package let id: Digest
    /// The services, ordered by name.
    package let services: [ReleasedService]
    /// What identifies the release before its images exist; see ``Candidate``.
    package let content: Digest

    /// A release as given; the id is computed by whoever has a hash.
    package init(id: Digest, services: [ReleasedService], content: Digest) {
        self.id = id
        self.services = services
        self.content = content
    }
}

/// One service of a release.
package struct ReleasedService: Sendable, Hashable, Codable {
    /// The service's name.
    package let name: String
    /// How it is started, checked and replaced.
    package let definition: ServiceDefinition
    /// What was built.
    package let image: ImageID
    /// The key of the build that made the image.
    package let buildKey: Digest

    /// A service as given.
    package init(name: String, definition: ServiceDefinition, image: ImageID, buildKey: Digest) {
        self.name = name
        self.definition = definition
        self.image = image
        self.buildKey = buildKey
    }
}

/// The id of an image in the engine: the digest of its configuration. Never a tag.
package struct ImageID: Sendable, Hashable, CustomStringConvertible {
    /// The digest.
    package let digest: Digest

    /// Reads `sha256:…` or bare digits; nil for anything else.
    package init?(_ text: String) {
        guard let digest = Digest(text) else { return nil }
        self.digest = digest
    }

    /// `sha256:` and 64 digits.
    package var description: String { "sha256:\(digest.hex)" }
}

extension ImageID: Codable {
    package init(from decoder: any Decoder) throws {
        digest = try Digest(from: decoder)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// What a commit would run, known from its tree alone, before anything is built.
package struct Candidate: Sendable, Hashable, Codable {
    /// The commit.
    package let commit: ObjectID
    /// The services with the key of the build each needs, ordered by name.
    package let services: [CandidateService]
    /// SHA-256 over definitions and build keys: two commits with the same content yield the same release.
    package let content: Digest

    /// A candidate as given.
    package init(commit: ObjectID, services: [CandidateService], content: Digest) {
        self.commit = commit
        self.services = services
        self.content = content
    }
}

/// One service of a candidate.
package struct CandidateService: Sendable, Hashable, Codable {
    /// The service's name.
    package let name: String
    /// How it is started, checked and replaced.
    package let definition: ServiceDefinition
    /// The key of the build it needs.
    package let buildKey: Digest

    /// A service as given.
    package init(name: String, definition: ServiceDefinition, buildKey: Digest) {
        self.name = name
        self.definition = definition
        self.buildKey = buildKey
    }
}
