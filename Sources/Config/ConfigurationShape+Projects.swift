import Model
import YAML

extension ConfigurationShape {
    /// `projects`
    var projects: Shape<[Configuration.Project]> {
        Shape<[Located]>.list(of: project).then { located, _, _, findings in
            var first: [ProjectName: Int] = [:]
            for item in located {
                let name = item.project.name
                if let line = first[name] {
                    findings.add(
                        item.node, item.path, "a project named '\(name)' is there already, on line \(line)",
                        hint: "give one of them another name: name: …")
                } else {
                    first[name] = item.node.line
                }
            }
            return located.map(\.project)
        }
    }

    /// A project and where it is written.
    struct Located: Sendable {
        let project: Configuration.Project
        let node: YAMLNode
        let path: Path
    }

    private struct Draft: Sendable {
        var repository: RemoteAddress?
        var name: ProjectName?
        var host: GitHostKind?
        var credential = CredentialSource.none
        var webhookSecrets: [SecretSource] = []
        var api = Configuration.HostAccess()
    }

    /// `projects[]`
    private var project: Shape<Located> {
        Shape<Draft>.fields(
            Draft(),
            [
                Field("repository", .remoteAddress, \.repository, about: "The URL of the repository.").required(),
                Field(
                    "name", ManifestShape.projectName, \.name,
                    about: "A name of its own; the repository's unless given."),
                Field("host", .gitHost, \.host, about: "The kind of Git host, where the URL does not tell."),
                Field("credential", credential, \.credential, about: "How the remote is told who we are."),
                Field(
                    "webhook_secret", secret.oneOrList(atMost: 2), \.webhookSecrets,
                    about: "What webhook requests are signed with; two while one replaces the other."),
                Field("api", hostAccess, \.api, about: "How the host's API is reached."),
            ],
            synonyms: [
                "repo": "repository", "url": "repository", "git": "repository", "remote": "repository",
                "credentials": "credential", "auth": "credential", "token": "it belongs under 'credential'",
                "ssh_key": "it belongs under 'credential'", "secret": "webhook_secret", "webhook": "webhook_secret",
                "branch": "branches are chosen in the repository's slipway.yml, under 'environments'",
                "environments": "environments are written in the repository's slipway.yml",
            ]
        ).then { draft, node, path, findings -> Located? in
            guard let repository = draft.repository else { return nil }
            // A credential that is written and yet none was wrong, which is noted already.
            if draft.credential != .none || node["credential"] == nil {
                check(
                    draft.credential, for: repository, on: draft.host ?? .init(hostName: repository.host),
                    node["credential"] ?? node, path.child("credential"), &findings)
            }
            guard let name = draft.name ?? ManifestShape.projectSlug(of: repository.repositoryName) else {
                findings.add(node, path, "the URL gives the project no name", hint: "write one: name: …")
                return nil
            }
            let project = Configuration.Project(
                name: name, repository: repository, host: draft.host ?? .init(hostName: repository.host),
                credential: draft.credential, webhookSecrets: draft.webhookSecrets, api: draft.api)
            return Located(project: project, node: node, path: path)
        }
    }

    /// `projects[].api`
    private var hostAccess: Shape<Configuration.HostAccess> {
        Shape<Configuration.HostAccess>.fields(
            Configuration.HostAccess(),
            [
                Field(
                    "url", Self.apiURL, \.url,
                    about: "Its address, where it is not the usual one of that kind of host."),
                Field("token", secret, \.token, about: "Where its token is kept; the credential's unless given."),
                Field("reports", .flag, \.reports, about: "Whether the host is told how environments do."),
                Field(
                    "deployments", .flag, \.deployments,
                    about: "Whether that includes GitHub's deployments and GitLab's environments."),
            ],
            synonyms: [
                "address": "url", "base": "url", "credential": "token", "report": "reports",
                "deployment": "deployments",
            ])
    }

    /// `projects[].credential`
    private var credential: Shape<CredentialSource> {
        Shape<CredentialDraft>.fields(
            CredentialDraft(),
            [
                Field("token", secret, \.token, about: "Where the token is kept."),
                Field(
                    "user", .text, \.user,
                    about: "The user's name; needed with a password, and by some hosts with a token."),
                Field("password", secret, \.password, about: "Where the password is kept."),
                Field("ssh_key", secret, \.sshKey, about: "Where the private key is kept, in OpenSSH's format."),
                Field("passphrase", secret, \.passphrase, about: "Where the key's passphrase is kept."),
                Field("app", app, \.app, about: "A GitHub App that is installed on the repository."),
                Field(
                    "known_hosts", .absolutePath, \.knownHosts, about: "The file of the host keys that are accepted."),
            ],
            synonyms: [
                "username": "user", "login": "user", "key": "ssh_key", "private_key": "ssh_key", "ssh": "ssh_key",
                "github_app": "app", "app_id": "it belongs under 'app', as 'id'",
                "access_token": "token", "host_keys": "known_hosts",
                "file": "write what the file holds: token: { file: … }",
            ]
        ).then { draft, node, path, findings in draft.source(node, path, &findings) }
    }

    /// `projects[].credential.app`
    private var app: Shape<AppSource> {
        Shape<AppDraft>.fields(
            AppDraft(),
            [
                Field("id", .text, \.id, about: "The app's id, or its client id.").required(),
                Field(
                    "installation", .integer(in: 1...Int(Int32.max)), \.installation,
                    about: "The number of its installation; the one on the repository unless given."),
                Field(
                    "private_key", secret, \.key,
                    about: "Where its private key is kept, as the .pem file that GitHub gave."
                ).required(),
            ],
            synonyms: [
                "app_id": "id", "client_id": "id", "installation_id": "installation", "key": "private_key",
                "pem": "private_key", "file": "write what the file holds: private_key: { file: … }",
            ]
        ).then { draft, _, _, _ in
            guard let id = draft.id, let key = draft.key else { return nil }
            return AppSource(id: id, installation: draft.installation, key: key)
        }
    }

    private struct AppDraft: Sendable {
        var id: String?
        var installation: Int?
        var key: SecretSource?
    }

    private func check(
        _ credential: CredentialSource, for repository: RemoteAddress, on kind: GitHostKind?, _ node: YAMLNode,
        _ path: Path, _ findings: inout Findings
    ) {
        if case .app = credential, kind != nil, kind != .github {
            findings.add(node, path, "only GitHub has apps", hint: "give a token")
        }
        switch (credential, repository.scheme) {
        case (.none, .ssh):
            findings.add(
                node, path, "an ssh:// repository needs a key",
                hint: "credential: { ssh_key: { file: … }, known_hosts: … }")
        case (.none, _), (.sshKey, .ssh), (.token, .https), (.password, .https), (.app, .https):
            break
        case (.sshKey, _):
            findings.add(node, path, "a key is of use to ssh:// only", hint: "give a token or user and password")
        case (.token, .http), (.password, .http), (.app, .http):
            guard !["localhost", "127.0.0.1", "[::1]"].contains(repository.host) else { return }
            findings.add(node, path, "a credential is never sent over plain http://", hint: "use https:// or ssh://")
        case (.app, .ssh):
            findings.add(
                node, path, "an app's token is of use to https:// only", hint: "https://github.com/owner/name.git")
        case (.token, .ssh), (.password, .ssh):
            findings.add(
                node, path, "ssh:// wants a key",
                hint: "credential: { ssh_key: { file: … }, known_hosts: … }")
        case (_, .git), (_, .file):
            findings.add(node, path, "\(repository.scheme.rawValue):// takes no credential", hint: "remove it")
        }
    }

    /// A secret, by where it is kept.
    var secret: Shape<SecretSource> {
        let fields = Shape<SecretDraft>.fields(
            SecretDraft(),
            [
                Field("file", .absolutePath, \.file, about: "The absolute path of a file that holds nothing else."),
                Field(
                    "credential", .credentialName, \.credential, about: "The name of a credential of the systemd unit."),
            ],
            synonyms: [
                "path": "file", "systemd": "credential", "env": "environment variables are not read; write file: …",
            ])
        let directory = surroundings.credentialsDirectory
        return Shape<SecretSource>(schema: fields.schema) { node, path, findings in
            if node.text != nil, !node.isNull {
                findings.add(
                    node, path, "a secret is never written here",
                    hint: "put it into a file of its own and write { file: /path/of/it }")
                return nil
            }
            guard let draft = fields.read(node, path, &findings) else { return nil }
            switch (draft.file, draft.credential) {
            case (let file?, nil):
                return .file(file)
            case (nil, let name?):
                if let directory { return .file("\(directory)/\(name)") }
                findings.add(
                    node, path, "there is no $CREDENTIALS_DIRECTORY",
                    hint: "start Slipway as a systemd unit with LoadCredential=, or write { file: … }")
                return nil
            default:
                // A wrong value is noted already.
                if node["file"] == nil, node["credential"] == nil || draft.file != nil {
                    findings.add(node, path, "it is not said where the secret is", hint: "write { file: /path/of/it }")
                } else if node["file"] != nil, node["credential"] != nil {
                    findings.add(node, path, "two places are named", hint: "keep one of file and credential")
                }
                return nil
            }
        }
    }

    private struct SecretDraft: Sendable {
        var file: String?
        var credential: String?
    }
}
