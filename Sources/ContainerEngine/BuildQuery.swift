/// The query of `POST /build`.
enum BuildQuery {
    /// What to ask for.
    ///
    /// - Parameter cgroup: the name of the control group that the steps' processes are put in; nil: the engine's own.
    static func items(
        of request: BuildRequest, on flavour: EngineVersion.Flavour, cgroup: String?, for name: String
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
        items += network(isAllowed: request.isNetworkAllowed, on: flavour)
        // Docker's classic builder always keeps its steps, and does not know the name.
        if !request.keepsSteps, flavour == .podman { items.append((name: "layers", value: "0")) }
        if request.isApart { items += [(name: "nocache", value: "1"), (name: "pull", value: "1")] }
        if let cgroup { items.append((name: "cgroupparent", value: "/" + cgroup)) }
        return items
    }

    /// The pattern that matches one path alone.
    private static func pattern(of path: String) -> String {
        String(path.flatMap { "*?[\\".contains($0) ? ["\\", $0] : [$0] })
    }

    /// Where steps run: in a network of their own, or in none.
    ///
    /// Podman 4.3 runs the steps of builds asked for through its API in the *host's* network, whatever Docker's word
    /// for it says (`none` and `bridge` are read as its default): what listens on the host's loopback address would be open
    /// to every Dockerfile. Its own parameters settle it: a private namespace, and buildah's word for no interfaces.
    private static func network(
        isAllowed: Bool, on flavour: EngineVersion.Flavour
    ) -> [(name: String, value: String)] {
        guard flavour == .podman else { return isAllowed ? [] : [(name: "networkmode", value: "none")] }
        let namespace = (name: "nsoptions", value: #"[{"Name":"network","Host":false,"Path":""}]"#)
        return isAllowed ? [namespace] : [namespace, (name: "networkmode", value: "NetworkDisabled")]
    }
}
