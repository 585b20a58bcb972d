package import Model

extension SecretSource {
    /// The secret, without the newline at the file's end. Refused when others than owner and group could read it.
    package func load() throws(ConfigError) -> Secret<String> { throw ConfigError(problems: []) }
}

extension CredentialSource {
    /// The credential itself.
    package func load() throws(ConfigError) -> RemoteCredential { throw ConfigError(problems: []) }
}

extension Configuration {
    /// What is wrong with the files that secrets are read from; empty when each can be read.
    package func secretProblems() -> [Problem] { [] }
}
