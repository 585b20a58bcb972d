import Glibc

extension EngineClient {
    /// The sockets on which an engine may listen here, the likeliest first; only those that exist.
    ///
    /// - Parameter environment: the variables that name sockets: `CONTAINER_HOST`, `DOCKER_HOST`, `XDG_RUNTIME_DIR`.
    package static func discover(environment: [String: String]) -> [String] {
        var candidates = ["CONTAINER_HOST", "DOCKER_HOST"].compactMap { environment[$0] }
            .filter { $0.hasPrefix("unix://") }.map { String($0.dropFirst("unix://".count)) }
        let runtime = environment["XDG_RUNTIME_DIR"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        if let runtime { candidates.append("\(runtime)/podman/podman.sock") }
        if getuid() != 0, runtime == nil { candidates.append("/run/user/\(getuid())/podman/podman.sock") }
        candidates += ["/run/podman/podman.sock", "/run/docker.sock", "/var/run/docker.sock"]
        if let runtime { candidates.append("\(runtime)/docker.sock") }
        var found: [String] = []
        for path in candidates where !found.contains(path) && isSocket(path) { found.append(path) }
        return found
    }

    private static func isSocket(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFSOCK
    }
}
