import Model
import YAML

extension ConfigurationShape {
    /// `notifications`
    var notifications: Shape<[Configuration.Subscriber]> {
        Shape<[LocatedSubscriber]>.list(of: subscriber, atMost: 50).then { located, _, _, findings in
            var first: [String: Int] = [:]
            for item in located {
                let name = item.subscriber.name
                if let line = first[name] {
                    findings.add(
                        item.node, item.path, "a notification named '\(name)' is there already, on line \(line)",
                        hint: "give one of them another name: name: …")
                } else {
                    first[name] = item.node.line
                }
            }
            return located.map(\.subscriber)
        }
    }

    /// A subscriber and where it is written.
    struct LocatedSubscriber: Sendable {
        let subscriber: Configuration.Subscriber
        let node: YAMLNode
        let path: Path
    }

    private struct Draft: Sendable {
        var name: String?
        var kind = Configuration.Subscriber.Kind.webhook
        var address: Configuration.Subscriber.Address?
        var secret: SecretSource?
        var outcomes: [Notice.Outcome]?
        var environments: [EnvironmentKind]?
        var projects: [ProjectName]?
        var allowsPrivate = false
    }

    /// `notifications[]`
    private var subscriber: Shape<LocatedSubscriber> {
        Shape<Draft>.fields(
            Draft(),
            [
                Field("name", Self.subscriberName, \.name, about: "A name of its own; its kind unless given."),
                Field("kind", Self.word("kind of notification"), \.kind, about: "webhook or slack."),
                Field("url", address, \.address, about: "Where it is sent, or the file that says so.").required(),
                Field("secret", secret, \.secret, about: "What a webhook is signed with: whsec_ and base64."),
                Field(
                    "on", Shape<[Notice.Outcome]>.list(of: Self.word("end of a deployment"), atMost: 10), \.outcomes,
                    about: "The ends of deployments that are told of; failed and live unless given."),
                Field(
                    "environments",
                    Shape<[EnvironmentKind]>.list(of: Self.word("kind of environment"), atMost: 10), \.environments,
                    about: "The kinds of environment that are told of; all unless given."),
                Field(
                    "projects", Shape<[ProjectName]>.list(of: ManifestShape.projectName), \.projects,
                    about: "The projects that are told of; all unless given."),
                Field(
                    "allow_private", .flag, \.allowsPrivate,
                    about: "Whether it may go to this machine, or into a network of one's own."),
            ],
            synonyms: [
                "type": "kind", "address": "url", "endpoint": "url", "webhook": "url", "events": "on", "outcomes": "on",
                "states": "on", "environment": "environments", "kinds": "environments", "project": "projects",
                "key": "secret", "private": "allow_private", "channel": "a Slack hook belongs to one channel",
            ]
        ).then { draft, node, path, findings -> LocatedSubscriber? in
            // A wrong one is noted already.
            guard let address = draft.address else { return nil }
            switch draft.kind {
            case .webhook where draft.secret == nil && node["secret"] == nil:
                findings.add(
                    node, path.child("secret"), "a webhook is signed, and there is no secret",
                    hint: "printf 'whsec_%s\\n' \"$(openssl rand -base64 32)\" > FILE, and write secret: { file: FILE }"
                )
                return nil
            case .slack where node["secret"] != nil:
                findings.add(
                    node["secret"] ?? node, path.child("secret"), "a Slack hook takes no signature",
                    hint: "its address is the secret: write url: { file: … }")
                return nil
            case .slack:
                guard case .url = address else { break }
                findings.add(
                    node["url"] ?? node, path.child("url"),
                    "the address of a Slack hook is a secret, which is never written here",
                    hint: "put it into a file of its own and write url: { file: /path/of/it }")
                return nil
            case .webhook: break
            }
            return LocatedSubscriber(
                subscriber: Configuration.Subscriber(
                    name: draft.name ?? draft.kind.rawValue, kind: draft.kind, address: address, secret: draft.secret,
                    outcomes: Set(draft.outcomes ?? [.failed, .live]),
                    environments: Set(draft.environments ?? EnvironmentKind.allCases),
                    projects: draft.projects.map { Set($0) }, allowsPrivate: draft.allowsPrivate),
                node: node, path: path)
        }
    }

    private static let subscriberName = Shape<String>.text(pattern: "^[a-z0-9-]{1,40}$") { text in
        let isFine =
            (1...40).contains(text.utf8.count)
            && text.utf8.allSatisfy { HostText.isLetterOrDigit($0) || $0 == UInt8(ascii: "-") }
            && text == text.lowercased()
        return isFine
            ? nil
            : Refusal(message: "'\(quote(text))' is no name", hint: "at most 40 of a-z, 0-9 and -, such as on-call")
    }.map { String?.some($0) }

    /// One of the words of an enumeration.
    private static func word<Word: RawRepresentable & CaseIterable & Sendable>(_ what: String) -> Shape<Word>
    where Word.RawValue == String {
        let words = Word.allCases.map(\.rawValue)
        return Shape<String>.text(pattern: "^(\(words.joined(separator: "|")))$") { text in
            guard !words.contains(text) else { return nil }
            let near = Suggestion.nearest(to: text, among: words).map { "did you mean '\($0)'?" }
            return Refusal(
                message: "'\(quote(text))' is no \(what)", hint: near ?? "one of: \(words.joined(separator: ", "))")
        }.then { text, _, _, _ in Word(rawValue: text) }
    }

    /// A URL, or where one is kept.
    private var address: Shape<Configuration.Subscriber.Address?> {
        let url = Self.subscriberURL
        let kept = secret
        return Shape<Configuration.Subscriber.Address?>(
            schema: .members(["anyOf": .list([url.schema, kept.schema])])
        ) { node, path, findings in
            if node.text != nil { return url.read(node, path, &findings).map { .some(.url($0)) } }
            return kept.read(node, path, &findings).map { .some(.secret($0)) }
        }
    }

    private static let subscriberURL = Shape<String>.text(pattern: "^https?://") { text in
        Configuration.Subscriber.problem(with: text).map { Refusal(message: $0.message, hint: $0.hint) }
    }
}

extension Configuration.Subscriber {
    /// What is wrong with an address; nil when nothing is. The address itself may be a secret and is not repeated.
    package static func problem(with url: String) -> (message: String, hint: String)? {
        let isPlain = url.utf8.allSatisfy { (0x21...0x7e).contains($0) } && url.utf8.count <= 2048
        guard isPlain, url.hasPrefix("https://") || url.hasPrefix("http://"),
            let range = url.firstRange(of: "://")
        else { return ("it is no address of a notification", "it begins with https:// or http://") }
        let authority = url[range.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        if authority.contains("@") { return ("the address holds a user or password", "remove it") }
        if authority.isEmpty || authority.hasPrefix(":") { return ("the address names no host", "https://HOST/PATH") }
        return nil
    }
}
