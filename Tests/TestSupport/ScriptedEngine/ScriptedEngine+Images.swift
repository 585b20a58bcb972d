import FoundationEssentials
import Lifecycle
import Model
import Synchronization

extension ScriptedEngine {
    func images(_ request: ScriptedRequest, _ parts: [String]) throws(Refusal) -> ScriptedJSON? {
        // Names have slashes: what is between the first and the last part.
        let name = parts.dropFirst().joined(separator: "/")
        let inner = parts.dropFirst().dropLast().joined(separator: "/")
        switch (request.method, parts.last ?? "") {
        case ("GET", "json") where parts.count == 2:
            let filters = try Self.filters(request)
            return world.withLock { world in
                .list(
                    world.images.values.filter { image in
                        Self.hasLabels(image.labels, filters["label"] ?? [])
                            && (filters["dangling"].map { $0.contains("true") == image.tags.isEmpty } ?? true)
                            && (filters["reference"].map { names in names.contains { image.tags.contains($0) } } ?? true)
                    }.sorted { ($0.created, $0.id) < ($1.created, $1.id) }.map { Self.listed($0, in: world) })
            }
        case ("GET", "json"): return Self.inspected(try image(inner))
        case ("GET", "history"): return [["Id": .text(try image(inner).id), "CreatedBy": "scripted", "Size": 0]]
        case ("POST", "tag"): return try tag(try image(inner), request)
        case ("POST", "prune"): return try pruneImages(request)
        case ("DELETE", _): return try removeImage(name, isForced: ["1", "true"].contains(request.query["force"]))
        default: throw Refusal(status: 404, message: "page not found")
        }
    }

    private func image(_ reference: String) throws(Refusal) -> ScriptedWorld.Image {
        guard let found = world.withLock({ $0.image(reference) }) else {
            throw Refusal(status: 404, message: "\(reference): image not known")
        }
        return found
    }

    private func tag(_ image: ScriptedWorld.Image, _ request: ScriptedRequest) throws(Refusal) -> ScriptedJSON? {
        let name = "\(request.query["repo"] ?? "nothing"):\(request.query["tag"] ?? "latest")"
        give(name, to: image.id)
        return nil
    }

    /// Gives an image a name, which another may have had.
    private func give(_ name: String, to id: String) {
        let labels = world.withLock { world in
            for other in world.images.keys { world.images[other]?.tags.removeAll { $0 == name } }
            world.images[id]?.tags.append(name)
            return world.images[id]?.labels ?? [:]
        }
        ledger.note(.imageTagged, name, id: id, labels: labels)
    }

    private func removeImage(_ reference: String, isForced: Bool) throws(Refusal) -> ScriptedJSON {
        let found = try image(reference)
        let isByName = found.tags.contains { [reference, ScriptedWorld.tagged(reference)].contains($0) }
        if isByName, found.tags.count > 1 {
            world.withLock {
                $0.images[found.id]?.tags.removeAll { [reference, ScriptedWorld.tagged(reference)].contains($0) }
            }
            ledger.note(.imageUntagged, reference, id: found.id, labels: found.labels)
            return [["Untagged": .text(reference)]]
        }
        if !isByName, found.tags.count > 1, !isForced {
            throw Refusal(
                status: manner == .podman ? 500 : 409,
                message: "unable to delete image \"\(found.id)\" by ID with more than one tag: please force removal:"
                    + " image is in use")
        }
        let users = world.withLock { world in world.containers.values.filter { $0.image == found.id } }
        guard users.isEmpty || (isForced && manner == .podman) else {
            throw Refusal(
                status: 409,
                message:
                    "Image used by \(users[0].id): image is in use by a container: consider removing it: image is in use"
            )
        }
        world.withLock { _ = $0.images.removeValue(forKey: found.id) }
        ledger.note(.imageRemoved, found.tags.first ?? found.id, id: found.id, labels: found.labels)
        return [["Deleted": .text("sha256:" + found.id)]]
    }

    private func pruneImages(_ request: ScriptedRequest) throws(Refusal) -> ScriptedJSON {
        let filters = try Self.filters(request)
        let onlyUntagged = filters["dangling"].map { !$0.contains("false") } ?? true
        let unused = world.withLock { world in
            world.images.values.filter { image in
                (!onlyUntagged || image.tags.isEmpty) && Self.hasLabels(image.labels, filters["label"] ?? [])
                    && !world.containers.values.contains { $0.image == image.id }
            }
        }
        for image in unused {
            world.withLock { _ = $0.images.removeValue(forKey: image.id) }
            ledger.note(.imageRemoved, image.tags.first ?? image.id, id: image.id, labels: image.labels)
        }
        return [
            "ImagesDeleted": .list(unused.map { ["Deleted": .text("sha256:" + $0.id)] }),
            "SpaceReclaimed": .number(unused.reduce(0) { $0 + $1.size }),
        ]
    }

    func pruneBuilds(_ connection: ScriptedConnection) {
        connection.answer(200, Array(#"{"CachesDeleted":[],"SpaceReclaimed":0}"#.utf8))
    }

    /// A registry that has nothing: only what is here already can be had.
    func pull(_ request: ScriptedRequest, _ connection: ScriptedConnection) {
        var name = request.query["fromImage"] ?? ""
        if let tag = request.query["tag"], !name.contains("@") { name += ":" + tag }
        connection.begin()
        let isHere = world.withLock { $0.image(name) } != nil
        let line: ScriptedJSON =
            isHere ? ["status": .text("up to date: \(name)")] : ["error": .text("\(name): not found")]
        connection.piece(Array((line.encoded + "\n").utf8))
        connection.piece([])
    }

    /// Puts an image there as if it had been pulled: a base for builds.
    @discardableResult
    package func addImage(named name: String, labels: [String: String] = [:], exposing ports: [Int] = []) -> String {
        let id = world.withLock { world in
            let id = world.makeID()
            world.images[id] = ScriptedWorld.Image(
                id: id, tags: [name], labels: labels, exposed: ports.map { "\($0)/tcp" }, command: [], environment: [],
                files: [:], size: 1 << 20, created: Timestamp(milliseconds: WallClock.milliseconds()))
            return id
        }
        return id
    }

    static func listed(_ image: ScriptedWorld.Image, in world: ScriptedWorld) -> ScriptedJSON {
        [
            "Id": .text("sha256:" + image.id), "RepoTags": .list(image.tags.map { .text($0) }), "ParentId": "",
            "Labels": .texts(image.labels), "Size": .number(image.size), "SharedSize": 0,
            "Created": .number(image.created.milliseconds / 1000),
            "Containers": .number(Int64(world.containers.values.count { $0.image == image.id })),
        ]
    }

    private static func inspected(_ image: ScriptedWorld.Image) -> ScriptedJSON {
        [
            "Id": .text("sha256:" + image.id), "RepoTags": .list(image.tags.map { .text($0) }),
            "Size": .number(image.size), "Created": .text("\(image.created)"), "Architecture": "amd64", "Os": "linux",
            "Config": [
                "Labels": .texts(image.labels),
                "ExposedPorts": .object(image.exposed.map { ($0, .object([])) }),
                "Cmd": .list(image.command.map { .text($0) }), "Env": .list(image.environment.map { .text($0) }),
            ],
        ]
    }
}
