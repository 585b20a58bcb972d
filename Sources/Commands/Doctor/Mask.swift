import Config
import Crypto
import FoundationEssentials
import Model

/// Takes secrets out of text that leaves the machine: known ones by their value, others by the place they stand in.
struct Mask: Sendable {
    /// What stands where a secret was.
    static let mark = "[secret]"

    /// Known secrets in every form they may be written in, the longest first.
    private let values: [String]

    /// Shorter values are no secrets, and masking them would take half of the text along.
    private static let shortest = 6

    /// A mask for these secrets.
    init(_ secrets: [String]) {
        var forms: Set<String> = []
        for secret in secrets {
            // A key has many lines; each may be quoted by itself.
            let parts = [secret] + secret.split(whereSeparator: \.isNewline).map(String.init)
            for part in parts where part.utf8.count >= Self.shortest {
                forms.formUnion([part, Self.percentEncoded(part), Self.base64(part)] + Self.inJSON(part))
            }
        }
        values = forms.sorted { ($0.utf8.count, $0) > ($1.utf8.count, $1) }
    }

    /// A mask for everything that a configuration's files and this process's environment hold.
    init(_ configuration: Configuration, variables: [String: String]) {
        var secrets: [String] = []
        func take(_ source: SecretSource?) {
            if let secret = try? source?.load() { secret.withValue { secrets.append($0) } }
        }
        for registry in configuration.registries { take(registry.password) }
        for project in configuration.projects {
            for source in project.webhookSecrets { take(source) }
            take(project.api.token)
            switch project.credential {
            case .none: break
            case .token(_, let source), .password(_, let source): take(source)
            case .app(let app): take(app.key)
            case .sshKey(let key, let passphrase, _):
                take(key)
                take(passphrase)
            }
        }
        secrets += variables.filter { Self.isTelling($0.key) }.map(\.value)
        self.init(secrets)
    }

    /// The text without secrets.
    func masked(_ text: String) -> String {
        var result = text
        for value in values { result.replace(value, with: Self.mark) }
        return result.split(separator: "\n", omittingEmptySubsequences: false).map { Self.line(String($0)) }
            .joined(separator: "\n")
    }

    // By place

    /// The words in a name that say that its value is a secret.
    private static let tellingWords = [
        "secret", "token", "passw", "pwd", "credential", "auth", "apikey", "api_key", "private", "access_key", "_key",
        "bearer", "cookie", "signature",
    ]

    private static func isTelling(_ name: some StringProtocol) -> Bool {
        let name = name.lowercased()
        return tellingWords.contains { name.contains($0) }
    }

    /// One line without what stands where secrets stand: before the `@` of a URL, behind the name of a secret.
    private static func line(_ line: String) -> String { assignments(addresses(line)) }

    /// `https://user:password@host` (RFC 3986, 3.2.1): user information goes, the host stays.
    private static func addresses(_ line: String) -> String {
        guard line.contains("://") else { return line }
        var pieces = line.components(separatedBy: "://")
        for index in pieces.indices.dropFirst() {
            let authority = pieces[index].prefix { !"/?# \t\"'<>,".contains($0) }
            guard let at = authority.lastIndex(of: "@") else { continue }
            pieces[index] = mark + pieces[index][at...]
        }
        return pieces.joined(separator: "://")
    }

    /// `API_KEY=…`, `"token": "…"`, `Authorization: Bearer …`, `?secret=…`: the value goes, the name stays.
    private static func assignments(_ line: String) -> String {
        var result = ""
        var rest = line[...]
        while let end = rest.firstIndex(where: { $0 == "=" || $0 == ":" }) {
            let before = rest[..<end]
            let name = before.reversed().drop { "\"' ".contains($0) }.prefix {
                $0.isLetter || $0.isNumber || "_-.".contains($0)
            }
            result += rest[...end]
            rest = rest[rest.index(after: end)...]
            guard isTelling(String(name.reversed())) else { continue }
            let gap = rest.prefix { $0 == " " || $0 == "\t" }
            let value = rest.dropFirst(gap.count)
            // Where a secret is kept is no secret: `token: { file: … }`; and an object's own members come next.
            guard let first = value.first, !"{[".contains(first), !value.hasPrefix(mark) else { continue }
            let isQuoted = first == "\"" || first == "'"
            let length =
                isQuoted
                ? value.dropFirst().prefix { $0 != first }.count + 2
                : value.prefix { rest[rest.startIndex] == " " ? !"\"',;".contains($0) : !" \t\"',;&".contains($0) }
                    .count
            result += gap + (isQuoted ? "\(first)\(mark)\(first)" : mark)
            rest = value.dropFirst(length)
        }
        return result + rest
    }

    // Forms

    private static func percentEncoded(_ text: String) -> String {
        text.utf8.map { byte in
            let isPlain =
                (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
                || "-._~".utf8.contains(byte)
            return isPlain
                ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }

    private static func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

    /// As a JSON string has it: with its slashes escaped, and without.
    private static func inJSON(_ text: String) -> [String] {
        [[], .withoutEscapingSlashes].compactMap { (formatting: JSONEncoder.OutputFormatting) in
            let encoder = JSONEncoder()
            encoder.outputFormatting = formatting
            guard let data = try? encoder.encode(text) else { return nil }
            return String(String(decoding: data, as: UTF8.self).dropFirst().dropLast())
        }
    }
}
