import Foundation
import Model
import Synchronization

/// The webhooks of a scripted host's repository.
package final class ScriptedHooks: Sendable {
    private struct Hook: Sendable {
        let id: Int
        var url: String
        var isActive: Bool
        var events: Set<String>
        var secret: String
        var type = "json"

        /// Bitbucket calls hooks by UUIDs in braces.
        var uuid: String { "{0000-\(id)}" }
    }

    private struct Memory {
        var hooks: [Hook] = []
        var nextID = 1
        var atCreation: ScriptedHost.Mischief?
    }

    private let kind: GitHostKind
    private let memory = Mutex(Memory())

    init(_ kind: GitHostKind) { self.kind = kind }

    // What tests script

    /// A person makes a hook.
    package func add(_ url: String, isActive: Bool = true, events: Set<String> = ["push"], secret: String = "") {
        memory.withLock { memory in
            memory.hooks.append(
                Hook(id: memory.nextID, url: url, isActive: isActive, events: events, secret: secret))
            memory.nextID += 1
        }
    }

    /// Misbehaves when the next hook is made.
    package func misbehaveAtCreation(_ mischief: ScriptedHost.Mischief) { memory.withLock { $0.atCreation = mischief } }

    // What tests look at

    /// The secrets of the hooks with that address.
    package func secrets(of url: String) -> [String] {
        memory.withLock { $0.hooks.filter { $0.url == url }.map(\.secret) }
    }

    // Answering

    /// How the call that makes a hook is to misbehave.
    func mischief(at call: ScriptedHost.Call) -> ScriptedHost.Mischief? {
        guard call.method == "POST", call.path.hasSuffix("/hooks") else { return nil }
        return memory.withLock { memory in
            defer { memory.atCreation = nil }
            return memory.atCreation
        }
    }

    /// The answer to a call about hooks; nil when it is about something else.
    func answer(to call: ScriptedHost.Call, _ body: [String: Any], root: String) -> (Int, Any)? {
        guard call.path.hasPrefix(root + "/hooks") else { return nil }
        let rest = call.path.dropFirst((root + "/hooks").count)
        if rest.isEmpty {
            switch call.method {
            case "GET":
                let all = memory.withLock { $0.hooks }.map(shown)
                let page = call.query.contains("page=1") ? all : []
                return (200, kind == .bitbucket ? ["values": page] : page)
            case "POST": return create(body)
            default: return nil
            }
        }
        let id = rest.dropFirst().removingPercentEncoding ?? ""
        let place = memory.withLock { $0.hooks.firstIndex { kind == .bitbucket ? $0.uuid == id : "\($0.id)" == id } }
        guard let place else { return (404, ["message": "Not Found"]) }
        switch call.method {
        case "DELETE":
            _ = memory.withLock { $0.hooks.remove(at: place) }
            return (204, [String: String]())
        case kind == .github || kind == .gitea || kind == .forgejo ? "PATCH" : "PUT":
            guard let wanted = wanted(body) else { return (422, ["message": "Validation Failed"]) }
            return memory.withLock { memory in
                memory.hooks[place].isActive = wanted.isActive
                memory.hooks[place].events = wanted.events
                if kind != .gitea, kind != .forgejo { memory.hooks[place].secret = wanted.secret }
                return (200, shown(memory.hooks[place]))
            }
        default: return nil
        }
    }

    private func create(_ body: [String: Any]) -> (Int, Any) {
        guard let wanted = wanted(body) else { return (422, ["message": "Validation Failed"]) }
        return memory.withLock { memory in
            if kind == .github, memory.hooks.contains(where: { $0.url == wanted.url }) {
                return (422, ["message": "Validation Failed: Hook already exists on this repository"])
            }
            let hook = Hook(
                id: memory.nextID, url: wanted.url, isActive: wanted.isActive, events: wanted.events,
                secret: wanted.secret)
            memory.nextID += 1
            memory.hooks.append(hook)
            return (201, shown(hook))
        }
    }

    /// What a body asks for; nil when the host would not understand it.
    private func wanted(_ body: [String: Any]) -> Hook? {
        let config = body["config"] as? [String: String] ?? [:]
        func hook(_ url: String?, _ events: Any?, _ secret: String?, isActive: Bool? = true) -> Hook? {
            guard let url, url.hasPrefix("http"), let events = events as? [String], let secret, !secret.isEmpty,
                let isActive
            else { return nil }
            return Hook(id: 0, url: url, isActive: isActive, events: Set(events), secret: secret)
        }
        switch kind {
        case .github:
            guard config["content_type"] == "json", config["insecure_ssl"] == "0",
                body["name"] == nil || body["name"] as? String == "web"
            else { return nil }
            return hook(config["url"], body["events"], config["secret"], isActive: body["active"] as? Bool)
        case .gitea, .forgejo:
            guard config["content_type"] == "json", body["type"] as? String == kind.rawValue else { return nil }
            var wanted = hook(config["url"], body["events"], config["secret"], isActive: body["active"] as? Bool)
            // What stands for everything about pull requests is told apart when it is listed.
            if wanted?.events.contains("pull_request") == true {
                wanted?.events.formUnion(["pull_request_sync", "pull_request_comment", "pull_request_label"])
            }
            return wanted
        case .gitlab:
            let events = body.filter { $0.key.hasSuffix("_events") && $0.value as? Bool == true }.map(\.key)
            return hook(body["url"] as? String, events, (body["token"] ?? body["signing_token"]) as? String)
        case .bitbucket:
            return hook(
                body["url"] as? String, body["events"], body["secret"] as? String, isActive: body["active"] as? Bool)
        }
    }

    private func shown(_ hook: Hook) -> [String: Any] {
        switch kind {
        case .github:
            var config = ["url": hook.url, "content_type": hook.type, "insecure_ssl": "0"]
            if !hook.secret.isEmpty { config["secret"] = "********" }
            return [
                "id": hook.id, "name": "web", "active": hook.isActive, "events": hook.events.sorted(), "config": config,
            ]
        case .gitea, .forgejo:
            return [
                "id": hook.id, "type": kind.rawValue, "active": hook.isActive, "events": hook.events.sorted(),
                "config": ["url": hook.url, "content_type": hook.type], "branch_filter": "",
            ]
        case .gitlab:
            var values: [String: Any] = [
                "id": hook.id, "url": hook.url, "token_present": !hook.secret.isEmpty, "alert_status": "executable",
            ]
            for event in ["push_events", "tag_push_events", "merge_requests_events", "note_events", "job_events"] {
                values[event] = hook.events.contains(event)
            }
            return values
        case .bitbucket:
            return [
                "uuid": hook.uuid, "url": hook.url, "active": hook.isActive, "events": hook.events.sorted(),
                "secret_set": !hook.secret.isEmpty,
            ]
        }
    }
}
