import FoundationEssentials
import HTTPClient
package import Model

extension EngineClient {
    /// The images that have every one of the labels; an empty value means any value.
    package func images(labels: [String: String]) async throws(EngineError) -> [EngineImage] {
        // Podman 4.3 finds no image at all when it is asked for two labels: the engine sees to one, this to the others.
        let first = labels.min { $0.key < $1.key }
        let filter = try JSON.filter(labels: first.map { [$0.key: $0.value] } ?? [:], for: "/images/json")
        let ask = Ask("GET", "/images/json", query: [("filters", filter)]).listing()
        return try await call(ask, as: [ListedImage].self).compactMap(\.value).filter { image in
            labels.allSatisfy { label in
                image.labels[label.key].map { label.value.isEmpty || $0 == label.value } ?? false
            }
        }
    }

    /// Every image there is, those of single build steps among them.
    package func allImages() async throws(EngineError) -> [EngineImage] {
        let ask = Ask("GET", "/images/json", query: [("all", "1")]).listing()
        return try await call(ask, as: [ListedImage].self).compactMap(\.value)
    }

    /// What an image says about itself, by id or name; nil if there is none.
    package func inspectImage(_ reference: String) async throws(EngineError) -> ImageDetail? {
        let ask = Ask("GET", "/images/\(percentEncoded(reference))/json").tolerating(404)
        let answer = try await call(ask)
        guard answer.isSuccess else { return nil }
        guard let detail = try decode(InspectedImage.self, answer, ask).value else {
            throw .notUnderstood(ask.name, answer.status, "no image id")
        }
        return detail
    }

    /// What an image says about itself; nil if there is none.
    package func inspectImage(_ id: ImageID) async throws(EngineError) -> ImageDetail? {
        try await inspectImage(id.description)
    }

    /// Removes an image, by id or name; nothing happens if it is gone. A conflict: a container uses it.
    ///
    /// Docker would remove the untagged images it was made from as well, whoever made them. Podman 4.3 always does.
    package func removeImage(_ reference: String, force: Bool = false) async throws(EngineError) {
        let query = [(name: "force", value: force ? "1" : "0"), (name: "noprune", value: "1")]
        try await call(Ask("DELETE", "/images/\(percentEncoded(reference))", query: query).tolerating(404))
    }

    /// Gives an image one more name.
    package func tagImage(_ id: ImageID, as name: String) async throws(EngineError) {
        let (repository, tag) = imageNameParts(name)
        let query = [(name: "repo", value: repository), (name: "tag", value: tag)]
        try await call(Ask("POST", "/images/\(percentEncoded(id.description))/tag", query: query))
    }

    /// Fetches an image from its registry and returns its id.
    package func pull(
        _ reference: String, credential: RegistryCredential? = nil, timeout: Duration = .seconds(600)
    ) async throws(EngineError) -> ImageID {
        let (name, tag) = imageNameParts(reference)
        // A digest is part of the name; without a tag Docker would fetch every tag there is.
        let query = reference.contains("@") ? [("fromImage", reference)] : [("fromImage", name), ("tag", tag)]
        var ask = Ask("POST", "/images/create", query: query.map { (name: $0.0, value: $0.1) })
        ask.timeout = timeout
        if let credential { ask.headers.append(HTTPHeader("X-Registry-Auth", try Registries.header(of: credential))) }
        let request = ask.name
        try await stream(ask, on: builds) { (message: StreamMessage) throws(EngineError) in
            if let words = message.failure { throw EngineError(status: 200, message: words, request: request) }
        }
        guard let detail = try await inspectImage(reference) else {
            throw .notUnderstood(ask.name, 200, "the image is not there after the pull")
        }
        return detail.id
    }
}

/// The repository and the tag of a name, `latest` where it has none.
private func imageNameParts(_ name: String) -> (repository: String, tag: String) {
    let slash = name.lastIndex(of: "/") ?? name.startIndex
    guard let colon = name[slash...].lastIndex(of: ":") else { return (name, "latest") }
    return (String(name[..<colon]), String(name[name.index(after: colon)...]))
}

/// The headers that carry credentials of registries.
enum Registries {
    private struct Login: Encodable {
        let username: String
        let password: String
        let serveraddress: String
    }

    /// `X-Registry-Auth`, for one pull.
    static func header(of credential: RegistryCredential) throws(EngineError) -> String {
        base64URL(try JSON.bytes(login(credential), for: "X-Registry-Auth"))
    }

    /// `X-Registry-Config`, for the base images of a build.
    static func header(of credentials: [RegistryCredential]) throws(EngineError) -> String {
        var logins: [String: Login] = [:]
        for credential in credentials { logins[credential.host] = login(credential) }
        return base64URL(try JSON.bytes(logins, for: "X-Registry-Config"))
    }

    private static func login(_ credential: RegistryCredential) -> Login {
        credential.password.withValue {
            Login(username: credential.user, password: $0, serveraddress: credential.host)
        }
    }

    /// Base64 in the alphabet for URLs, padded, as Go's `base64.URLEncoding` wants it.
    private static func base64URL(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
    }
}

private struct ListedImage: Decodable {
    let id: String
    let tags: [String]?
    let labels: [String: String]?
    let size: Int64
    let created: Int64
    let parent: String?

    enum CodingKeys: String, CodingKey {
        case id = "Id"
        case parent = "ParentId"
        case tags = "RepoTags"
        case labels = "Labels"
        case size = "Size"
        case created = "Created"
    }

    var value: EngineImage? {
        ImageID(id).map { id in
            EngineImage(
                id: id, tags: withoutNone(tags), labels: labels ?? [:], sizeBytes: size,
                createdAt: Timestamp(milliseconds: created * 1000), parent: parent.flatMap { ImageID($0) })
        }
    }
}

private struct InspectedImage: Decodable {
    let id: String
    let size: Int64
    let tags: [String]?
    let configuration: Configuration?

    struct Configuration: Decodable {
        let labels: [String: String]?
        let ports: [String: Ignored]?

        struct Ignored: Decodable {}

        enum CodingKeys: String, CodingKey {
            case labels = "Labels"
            case ports = "ExposedPorts"
        }
    }

    enum CodingKeys: String, CodingKey {
        case id = "Id"
        case size = "Size"
        case tags = "RepoTags"
        case configuration = "Config"
    }

    var value: ImageDetail? {
        ImageID(id).map { id in
            let ports = (configuration?.ports ?? [:]).keys.compactMap { name -> Int? in
                let parts = name.split(separator: "/")
                return parts.count == 1 || parts.last == "tcp" ? parts.first.flatMap { Int($0) } : nil
            }
            return ImageDetail(
                id: id, exposedTCPPorts: ports.sorted(), sizeBytes: size, labels: configuration?.labels ?? [:],
                tags: withoutNone(tags))
        }
    }
}

/// Docker 20.10 lists an image without names as `<none>:<none>`.
private func withoutNone(_ tags: [String]?) -> [String] { (tags ?? []).filter { $0 != "<none>:<none>" } }
