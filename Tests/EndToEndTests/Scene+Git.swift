import FoundationEssentials
import Glibc
import HTTPClient
import Model
import TestSupport
import Testing

/// What the people who work on the repository do, and their Git host.
extension Scene {
    /// Commits the example application with that page on a branch, pushes it, and delivers the push.
    @discardableResult
    func push(
        page: String, to branch: String = "main", files extra: [String: String] = [:], delivers: Bool = true
    ) throws -> ObjectID {
        try push(Application.files(page: page).merging(extra) { $1 }, to: branch, delivers: delivers)
    }

    /// Commits files on a branch, pushes it, and delivers the push.
    @discardableResult
    func push(_ files: [String: String], to branch: String = "main", delivers: Bool = true) throws -> ObjectID {
        let busybox = workshop.path(of: "shop/busybox")
        // Nothing of it runs on a scripted engine.
        if host is ScriptedEngine {
            try workshop.write("#!\n", to: "shop/busybox")
        } else if access(busybox, F_OK) != 0 {
            try FileManager.default.copyItem(atPath: "/bin/busybox", toPath: busybox)
        }
        let commit = try #require(ObjectID(try workshop.push(files, to: branch, of: "shop")))
        if delivers { try deliver(.branch(branch), commit) }
        return commit
    }

    /// The commit that the clone is at.
    var head: ObjectID {
        get throws { try #require(ObjectID(try git("rev-parse", "HEAD"))) }
    }

    /// Runs git(1) in the clone.
    @discardableResult
    func git(_ arguments: String...) throws -> String { try git(arguments) }

    /// Runs git(1) in the clone.
    @discardableResult
    func git(_ arguments: [String]) throws -> String {
        try workshop.git(["-C", workshop.path(of: "shop")] + arguments)
    }

    /// Goes to a branch of the clone; made at the present commit when it is new.
    func checkOut(_ branch: String, isNew: Bool = false) throws {
        _ = isNew ? try git("checkout", "-q", "-b", branch) : try git("checkout", "-q", branch)
    }

    /// Merges a branch into `main` by a commit of its own, pushes that, and delivers the push.
    func merge(_ branch: String) throws -> ObjectID {
        try checkOut("main")
        try git("merge", "-q", "--no-ff", "--no-edit", branch)
        try git("push", "-q", "origin", "main")
        try deliver(.branch("main"), head)
        return try head
    }

    /// Tags the commit at hand, pushes the tag, and delivers it.
    @discardableResult
    func tag(_ name: String, delivers: Bool = true) throws -> ObjectID {
        try git("tag", "-a", "-m", name, name)
        try git("push", "-q", "origin", "refs/tags/\(name)")
        if delivers { try deliver(.tag(name), head) }
        return try head
    }

    /// Deletes a branch at the remote and delivers that.
    func deleteBranch(_ name: String) throws {
        try git("push", "-q", "origin", "--delete", "refs/heads/\(name)")
        try deliver(.branch(name), nil)
    }

    /// Sends the delivery that a Git host sends after a push, and returns the status it was answered.
    @discardableResult
    func deliver(_ ref: RefName, _ commit: ObjectID?, signedWith key: String? = nil) throws -> Int {
        let status = try #require(try announce(ref, commit, signedWith: key).status)
        if key == nil { #expect(status == 202) }
        return status
    }

    /// The same towards a daemon that may not live to answer: what it answered, if it did, and the delivery's id.
    func announce(
        _ ref: RefName, _ commit: ObjectID?, signedWith key: String? = nil
    ) throws -> (status: Int?, id: String) {
        struct Push: Encodable {
            let ref: String
            let before = ObjectID.zero
            let after: ObjectID
            let deleted: Bool
        }
        let name = String(decoding: ref.bytes, as: UTF8.self)
        let body = Array(try JSONEncoder().encode(Push(ref: name, after: commit ?? .zero, deleted: commit == nil)))
        let id = nextDeliveryID()
        return (send(event: "push", id: id, body: body, signedWith: key), id)
    }

    /// Sends a delivery of GitHub's, and returns the status it was answered; nil when there was no answer.
    func announce(event: String, body: [UInt8], signedWith key: String? = nil) -> Int? {
        send(event: event, id: nextDeliveryID(), body: body, signedWith: key)
    }

    private func nextDeliveryID() -> String {
        deliveries += 1
        return "\(deliveries)-\(Int.random(in: 0..<Int.max))"
    }

    private func send(event: String, id: String, body: [UInt8], signedWith key: String?) -> Int? {
        let answer = ask(
            "POST", "/hooks/shop", body: body,
            headers: [
                HTTPHeader("Content-Type", "application/json"), HTTPHeader("X-GitHub-Event", event),
                HTTPHeader("X-GitHub-Delivery", id),
                HTTPHeader("X-Hub-Signature-256", "sha256=" + Signature.sha256(secret: key ?? secret, body: body)),
            ])
        return answer?.status
    }

    /// Has the daemon look at the remote now, as a person would.
    func refresh() { #expect(ask("POST", "/api/v1/projects/shop/refresh")?.isSuccess == true) }
}
