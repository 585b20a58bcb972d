import Model
import Synchronization

/// What hosts say about a repository and a credential.
extension ScriptedHost {
    /// What GitLab says of the token: its scopes, and its role in the project.
    package func setAccess(scopes: [String], level: Int) {
        shared.withLock {
            $0.scopes = scopes
            $0.accessLevel = level
        }
    }

    func rights(_ call: Call, _ body: [String: Any]) -> (Int, Any)? {
        guard call.method == "GET" else { return nil }
        let (scopes, level) = shared.withLock { ($0.scopes, $0.accessLevel) }
        switch kind {
        case .github, .gitea, .forgejo:
            guard call.path == "/repos/\(repository)" else { return nil }
            return (200, ["full_name": repository, "private": true, "permissions": ["pull": true, "push": true]])
        case .bitbucket:
            return call.path == "/repositories/\(repository)" ? (200, ["full_name": repository]) : nil
        case .gitlab:
            if call.path == "/personal_access_tokens/self" { return (200, ["scopes": scopes]) }
            guard call.path == "/projects/" + repository.replacing("/", with: "%2F") else { return nil }
            let access: [String: any Sendable] = ["access_level": level]
            return (200, ["id": 1, "permissions": ["project_access": access]])
        }
    }
}
