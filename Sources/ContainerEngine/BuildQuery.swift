/// The query of `POST /build`.
enum BuildQuery {
    /// What to ask for.
    ///
    /// - Parameter cgroup: the name of the control group that the steps' processes are put in; nil: the engine's own.
    static func items(
        of request: BuildRequest, cgroup: String?, for name: String
    ) throws(EngineError) -> [(name: String, value: String)] {
        var items = [
            (name: "dockerfile", value: request.dockerfile),
            (name: "t", value: request.tag),
            // Both: without `forcerm` Podman 4.3 leaves a failed build's container behind, which listings hide.
            (name: "rm", value: "1"),
            (name: "forcerm", value: "1"),
            // The classic builder on every engine: BuildKit needs a session besides the request.
            (name: "version", value: "1"),
        ]
        // Whoever sends the context has applied .dockerignore. Podman 4.3 would apply it once more, with rules of its own
        // (`*` and `!**/*.go` send nothing), unless it is told what to leave out. Docker 20.10 does not know the name.
        let excludes = request.withheld.isEmpty ? ["/nothing"] : request.withheld.map(pattern(of:))
        items.append((name: "excludes", value: try JSON.text(excludes, for: name)))
        if !request.labels.isEmpty { items.append((name: "labels", value: try JSON.text(request.labels, for: name))) }
        if !request.arguments.isEmpty {
            items.append((name: "buildargs", value: try JSON.text(request.arguments, for: name)))
        }
        if let target = request.target { items.append((name: "target", value: target)) }
        if let memory = request.memoryBytes {
            // `memswap` counts memory and swap together: as much as memory alone means no swap.
            items += [(name: "memory", value: String(memory)), (name: "memswap", value: String(memory))]
        }
        if !request.isNetworkAllowed { items.append((name: "networkmode", value: "none")) }
        if let cgroup { items.append((name: "cgroupparent", value: "/" + cgroup)) }
        return items
    }

    /// The pattern that matches one path alone.
    private static func pattern(of path: String) -> String {
        String(path.flatMap { "*?[\\".contains($0) ? ["\\", $0] : [$0] })
    }
}
