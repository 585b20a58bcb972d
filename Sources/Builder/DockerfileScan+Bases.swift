extension DockerfileScan {
    /// How many images one build is believed to fetch.
    private static let baseLimit = 20

    /// The images that a build fetches where the engine does not have them: those of `FROM` and of `COPY --from`.
    ///
    /// Names with a variable in them are left out: what they become, the engine alone knows.
    var bases: [String] {
        var stages: Set<String> = []
        var found: [String] = []
        for instruction in instructions {
            let words = instruction.text.split(whereSeparator: \.isWhitespace).map(String.init)
            switch instruction.keyword {
            case "FROM":
                let arguments = words.dropFirst().filter { !$0.hasPrefix("--") }
                guard let name = arguments.first else { continue }
                if !stages.contains(name.lowercased()) { found.append(name) }
                if arguments.count == 3, arguments[1].uppercased() == "AS" { stages.insert(arguments[2].lowercased()) }
            case "COPY":
                for word in words.dropFirst() where word.hasPrefix("--from=") {
                    let name = String(word.dropFirst("--from=".count))
                    if !stages.contains(name.lowercased()), Int(name) == nil { found.append(name) }
                }
            default: break
            }
        }
        var seen: Set<String> = []
        let named = found.filter { !$0.isEmpty && $0 != "scratch" && !$0.contains("$") && seen.insert($0).inserted }
        return Array(named.prefix(Self.baseLimit))
    }
}
