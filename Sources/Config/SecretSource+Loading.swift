package import Model

extension SecretSource {
    /// No token, password or key is longer.
    private static let byteLimit = 64 << 10

    /// The secret, without the newline at the file's end. Refused when everybody on the machine could read it.
    package func load() throws(ConfigError) -> Secret<String> {
        switch self {
        case .file(let path):
            let text = try Self.text(of: path, isSecret: true)
            guard !text.isEmpty else { throw Self.error(path, "is empty", hint: "write the secret into it") }
            return Secret(text)
        }
    }

    /// The text of a file without the newline at its end.
    fileprivate static func text(of path: String, isSecret: Bool) throws(ConfigError) -> String {
        var bytes: [UInt8]
        do {
            bytes = try SmallFile.read(path, byteLimit: isSecret ? byteLimit : 1 << 20, isSecret: isSecret)
        } catch {
            throw ConfigError(problems: [error.problem(with: path)])
        }
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
            throw error(path, "is no text", hint: nil)
        }
        return text
    }

    private static func error(_ path: String, _ message: String, hint: String?) -> ConfigError {
        ConfigError(problems: [
            Problem(file: quote(path), line: 0, column: 0, path: "", message: message, hint: hint)
        ])
    }
}

extension CredentialSource {
    /// The credential itself, read from its files now; nil for an app's, which is not in a file.
    package func load() throws(ConfigError) -> RemoteCredential? {
        switch self {
        case .app:
            return nil
        case .none:
            return RemoteCredential.none
        case .token(nil, let source):
            return .token(try source.load())
        case .token(let user?, let source), .password(let user, let source):
            return .password(user: user, try source.load())
        case .sshKey(let key, let passphrase, let knownHosts):
            let hosts = try SecretSource.text(of: knownHosts, isSecret: false)
            // OpenSSH's format ends in a newline, and some readers insist on it.
            let text = try key.load().withValue { $0 + "\n" }
            return .sshKey(privateKey: Secret(text), passphrase: try passphrase?.load(), knownHosts: hosts + "\n")
        }
    }
}

extension Configuration {
    /// What is wrong with the files that secrets are read from; empty when each can be read.
    package func secretProblems() -> [Problem] {
        var problems: [Problem] = []
        for registry in registries {
            problems += Self.problems("registry \(registry.host)") { () throws(ConfigError) in
                _ = try registry.password.load()
            }
        }
        for subscriber in notifications {
            var sources = [subscriber.secret].compactMap(\.self)
            if case .secret(let source) = subscriber.address { sources.append(source) }
            for source in sources {
                problems += Self.problems("notification \(subscriber.name)") { () throws(ConfigError) in
                    _ = try source.load()
                }
            }
        }
        for project in projects {
            problems += Self.problems("project \(project.name)") { () throws(ConfigError) in
                if case .app(let app) = project.credential { _ = try app.key.load() }
                _ = try project.credential.load()
            }
            for secret in project.webhookSecrets + [project.api.token].compactMap(\.self) {
                problems += Self.problems("project \(project.name)") { () throws(ConfigError) in
                    _ = try secret.load()
                }
            }
        }
        return problems
    }

    /// What an attempt says is wrong, with the thing that needs the secret.
    private static func problems(_ subject: String, of attempt: () throws(ConfigError) -> Void) -> [Problem] {
        do {
            try attempt()
            return []
        } catch {
            return error.problems.map { problem in
                var named = problem
                named.path = subject
                return named
            }
        }
    }
}
