import FoundationEssentials
import Lifecycle
import Model
import Synchronization

/// Builds: the Dockerfile is read line by line, and hardly anything of it is done.
extension ScriptedEngine {
    /// Files up to this size are kept with the image.
    private static let keptBytes = 4096

    private struct Recipe {
        var exposed: [String] = []
        var command: [String] = []
        var environment: [String] = []
        var labels: [String: String] = [:]
    }

    func build(_ request: ScriptedRequest, _ connection: ScriptedConnection) {
        let files = TarFiles.read(request.body)
        let name = request.query["dockerfile"] ?? "Dockerfile"
        guard let dockerfile = files[name] else {
            return connection.answer(500, Self.message("no such file: \(name)"))
        }
        let tag = ScriptedWorld.tagged(request.query["t"] ?? "nameless")
        let labels = Self.texts(request.query["labels"])
        ledger.note(.buildBegun, tag, id: "", labels: labels)
        ledger.noteBuild(tag, request.query)
        connection.begin()
        func say(_ key: String, _ text: String) {
            connection.piece(Array((ScriptedJSON.object([(key, .text(text))]).encoded + "\n").utf8))
        }
        let lines = Self.lines(of: String(decoding: dockerfile, as: UTF8.self))
        var recipe = Recipe()
        for (index, line) in lines.enumerated() {
            say("stream", "STEP \(index + 1)/\(lines.count): \(line)\n")
            if let failure = perform(line, &recipe, files, connection) {
                if failure.isEmpty {
                    // Docker gives a build up with its connection; Podman goes on, see `perform`.
                    return ledger.note(.buildAbandoned, tag, id: "", labels: labels)
                }
                ledger.note(.buildAbandoned, tag, id: "", labels: labels)
                say("error", failure)
                connection.piece([])
                return
            }
            if line.hasPrefix("RUN ") {
                let step = keepStep(labels)
                say("stream", manner == .podman ? "--> \(step.prefix(11))\n" : " ---> \(step.prefix(12))\n")
            }
        }
        let kept = files.filter { $0.value.count <= Self.keptBytes }
        let size = Int64(files.values.reduce(0) { $0 + $1.count })
        let image = world.withLock { world in
            for other in world.images.keys { world.images[other]?.tags.removeAll { $0 == tag } }
            let image = ScriptedWorld.Image(
                id: world.makeID(), tags: [tag], labels: recipe.labels.merging(labels) { $1 },
                exposed: recipe.exposed, command: recipe.command, environment: recipe.environment, files: kept,
                size: size, created: Timestamp(milliseconds: WallClock.milliseconds()))
            world.images[image.id] = image
            return image
        }
        ledger.note(.imageBuilt, tag, id: image.id, labels: image.labels)
        connection.piece(
            Array((ScriptedJSON.object([("aux", ["ID": .text("sha256:" + image.id)])]).encoded + "\n").utf8))
        say("stream", "Successfully built \(image.id.prefix(12))\n")
        connection.piece([])
    }

    /// The image of a step stays, without a name; Podman gives it the labels of the image that is built.
    private func keepStep(_ labels: [String: String]) -> String {
        world.withLock { world in
            let id = world.makeID()
            world.images[id] = ScriptedWorld.Image(
                id: id, tags: [], labels: manner == .podman ? labels : [:], exposed: [], command: [], environment: [],
                files: [:], size: Self.stepBytes, created: Timestamp(milliseconds: WallClock.milliseconds()))
            return id
        }
    }

    /// How much the image of a step takes.
    private static let stepBytes: Int64 = 2 << 20

    /// Does one line; what is returned is why it failed, empty where nobody waits for the build any more.
    private func perform(
        _ line: String, _ recipe: inout Recipe, _ files: [String: [UInt8]], _ connection: ScriptedConnection
    ) -> String? {
        let words = line.split(separator: " ").map(String.init)
        let rest = words.dropFirst().joined(separator: " ")
        var pause = buildStepTime
        switch words.first?.uppercased() {
        case "FROM":
            let base = words.count > 1 ? words[1] : ""
            guard base != "scratch" else { break }
            guard let image = world.withLock({ $0.image(base) }) else {
                return "error creating build container: \(base): image not known"
            }
            recipe.exposed = image.exposed
            recipe.environment = image.environment
        case "COPY", "ADD":
            for source in words.dropFirst().dropLast() where !source.hasPrefix("--") && source != "." {
                guard files.keys.contains(where: { $0 == source || $0.hasPrefix(source + "/") }) else {
                    return "no items matching glob \"\(source)\" copied: no such file or directory"
                }
            }
        case "EXPOSE": recipe.exposed += words.dropFirst().map { $0.contains("/") ? $0 : $0 + "/tcp" }
        case "CMD", "ENTRYPOINT": recipe.command = Self.command(rest)
        case "ENV": recipe.environment.append(rest)
        case "LABEL":
            let sides = rest.split(separator: "=", maxSplits: 1).map { $0.filter { $0 != "\"" } }
            if sides.count == 2 { recipe.labels[sides[0]] = sides[1] }
        case "RUN":
            let command = Self.command(rest)
            // `RUN ["…", "sleep", "2"]` takes that long, `false` and `exit 3` fail; anything else is done at once.
            if let index = command.firstIndex(of: "sleep"), index + 1 < command.count,
                let seconds = Double(command[index + 1])
            {
                pause += .milliseconds(Int64(seconds * 1000))
            }
            if command.last == "false" { return "error building at STEP \"\(line)\": exit status 1" }
            if command.count >= 2, command[command.count - 2] == "exit", let code = Int(command.last ?? ""), code != 0 {
                return "error building at STEP \"\(line)\": exit status \(code)"
            }
        default: break
        }
        let end = ContinuousClock.now + pause
        while ContinuousClock.now < end {
            let isOpen = connection.isOpen(after: min(.milliseconds(5), end - .now))
            if !isOpen {
                if manner == .docker { return "" }
                // Podman builds on with nobody listening.
                OwnThread.pause(until: end)
            }
        }
        return nil
    }

    /// The instructions, continued lines joined, without comments.
    private static func lines(of text: String) -> [String] {
        text.replacing("\\\n", with: " ").split(separator: "\n").map { line in
            line.split(separator: " ").joined(separator: " ")
        }.filter { !$0.isEmpty && !$0.hasPrefix("#") }
    }

    /// The words of a command in either form.
    private static func command(_ text: String) -> [String] {
        if let words = try? JSONDecoder().decode([String].self, from: Data(text.utf8)) { return words }
        return text.split(separator: " ").map(String.init)
    }

    private static func texts(_ json: String?) -> [String: String] {
        guard let json else { return [:] }
        return (try? JSONDecoder().decode([String: String].self, from: Data(json.utf8))) ?? [:]
    }
}

/// The regular files of a tar archive (POSIX.1-2001 `pax`, of whose headers only `path` is read).
enum TarFiles {
    static func read(_ bytes: [UInt8]) -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        var position = 0
        var nextPath: String?
        while position + 512 <= bytes.count, bytes[position] != 0 {
            let header = bytes[position..<(position + 512)]
            func text(_ offset: Int, _ length: Int) -> String {
                let field = header[(header.startIndex + offset)...].prefix(length)
                return String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
            }
            let size = Int(text(124, 12).filter { $0 != " " }, radix: 8) ?? 0
            let prefix = text(345, 155)
            let start = position + 512
            guard start + size <= bytes.count else { break }
            let content = bytes[start..<(start + size)]
            switch header[header.startIndex + 156] {
            case UInt8(ascii: "x"): nextPath = path(in: content)
            case UInt8(ascii: "0"), 0:
                let path = nextPath ?? (prefix.isEmpty ? text(0, 100) : prefix + "/" + text(0, 100))
                files[path] = Array(content)
                nextPath = nil
            default: nextPath = nil
            }
            position = start + (size + 511) / 512 * 512
        }
        return files
    }

    /// `27 path=a/very/long/name\n`
    private static func path(in records: ArraySlice<UInt8>) -> String? {
        for record in records.split(separator: UInt8(ascii: "\n")) {
            let text = String(decoding: record, as: UTF8.self)
            guard let range = text.firstRange(of: " path=") else { continue }
            return String(text[range.upperBound...])
        }
        return nil
    }
}
