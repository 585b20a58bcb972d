import YAML

/// A credential as written, before it is known to be one.
struct CredentialDraft: Sendable {
    var token: SecretSource?
    var user: String?
    var password: SecretSource?
    var sshKey: SecretSource?
    var passphrase: SecretSource?
    var knownHosts: String?
    var app: AppSource?

    /// The one credential that is meant; nil where none or several are, which is noted.
    func source(_ node: YAMLNode, _ path: Path, _ findings: inout Findings) -> CredentialSource? {
        let kinds = ["token", "password", "ssh_key", "app"].filter { node[$0] != nil }
        guard kinds.count == 1, let kind = kinds.first else {
            let message =
                kinds.isEmpty
                ? "there is no credential in it" : "\(kinds.joined(separator: " and ")) exclude each other"
            findings.add(node, path, message, hint: "give one of token, password, ssh_key and app")
            return nil
        }
        for (name, needed) in [("passphrase", "ssh_key"), ("known_hosts", "ssh_key")] where kind != needed {
            if let extra = node[name] { findings.add(extra, path.child(name), "'\(name)' goes with '\(needed)' only") }
        }
        switch kind {
        case "app":
            if let extra = node["user"] {
                findings.add(extra, path.child("user"), "an app needs no user", hint: "remove it")
            }
            return app.map { .app($0) }
        case "token":
            return token.map { .token(user: user, $0) }
        case "password":
            if node["user"] == nil {
                findings.add(node, path.child("user"), "'user' is missing", hint: "a password needs it")
            }
            guard let user, let password else { return nil }
            return .password(user: user, password)
        default:
            if let extra = node["user"] {
                findings.add(extra, path.child("user"), "the user of ssh stands in the URL", hint: "ssh://git@host/…")
            }
            if node["known_hosts"] == nil {
                findings.add(
                    node, path.child("known_hosts"), "'known_hosts' is missing",
                    hint: "the file of the host keys that are accepted, as ssh-keyscan(1) writes it")
            }
            guard let sshKey, let knownHosts else { return nil }
            return .sshKey(sshKey, passphrase: passphrase, knownHosts: knownHosts)
        }
    }
}
