import ContainerEngine
import Glibc
import HTTPClient
import Model
import Subprocess

// Every failure of this stage, in the user's terms.

extension StageFailure {
    // MARK: The engine

    /// A call of the engine's API failed; `what` says what for: "container slipway--shop--staging--web--1a2b3c4d5e6f--1 cannot be started".
    static func engine(_ error: EngineError, _ what: String) -> Self {
        if error.isCancelled { return .cancelled }
        if error.isUnavailable || error.isTimeout {
            return Self(
                reason: .engineUnavailable, verdict: .retry(after: nil),
                message: "\(what): the container engine does not answer (\(error.message))",
                hint: "see that Podman's or Docker's service runs; `slipway doctor` says where it is looked for")
        }
        if error.message.lowercased().contains("no space left on device") {
            return Self(
                reason: .diskFull, verdict: .retry(after: nil), message: "\(what): the engine's disk is full",
                hint: "make room where the engine keeps its containers and images", output: [error.message])
        }
        return Self(
            reason: .engineRefused, verdict: .retry(after: nil), message: "\(what): \(error.message)",
            hint: "these are the engine's own words for \(error.request)")
    }

    /// The image that a release names does not exist any more.
    static func imageLost(_ image: ImageID, service: String, in id: EnvironmentID) -> Self {
        Self(
            reason: .imageLost, verdict: .stall,
            message: "the image \(image.digest.short) of service '\(service)' in \(id) is gone",
            hint: "it was removed from the engine; staging builds it again, production asks first")
    }

    /// A container of somebody else's has every name we could give ours.
    static func namesTaken(_ name: String) -> Self {
        Self(
            reason: .engineRefused, verdict: .retry(after: nil),
            message: "containers that are not this daemon's have the name \(name) and those after it",
            hint: "rename or remove them; they are not touched by this daemon")
    }

    /// A network of somebody else's has the name of the environment's. Trying again changes nothing: a person has to.
    ///
    /// - Parameter holder: the instance of the other daemon whose label it carries; nil: it is nobody's we know.
    static func networkTaken(_ name: String, by holder: String?) -> Self {
        if let holder {
            return Self(
                reason: .engineRefused, verdict: .stall,
                message:
                    "another Slipway daemon (instance \(holder)) already runs a project of this name on this engine: "
                    + "the network \(name) is its",
                hint:
                    "two daemons cannot run one project on one engine: give it another name in one configuration, or stop "
                    + "the other daemon, remove what it has (label io.slipway.instance=\(holder)) and push, or `slipway deploy`"
            )
        }
        return Self(
            reason: .engineRefused, verdict: .stall,
            message: "a network named \(name) exists that is not this daemon's",
            hint: "rename or remove it, as this daemon does not touch it; then push, or `slipway deploy`")
    }

    // MARK: Ports and subnets

    /// The block of subnets is used up.
    static func noSubnet(for id: EnvironmentID) -> Self {
        Self(
            reason: .exhausted, verdict: .retry(after: nil), message: "no subnet is free for the network of \(id)",
            hint: "delete environments that are not needed, or give runtime.subnets a larger block")
    }

    /// Port after port was taken by somebody else between choosing and publishing.
    static func noPort(for name: String, lastTried port: Int) -> Self {
        Self(
            reason: .exhausted, verdict: .retry(after: nil),
            message: "no loopback port could be published for \(name); the last one tried was \(port)",
            hint: "something else takes ports inside runtime.ports; choose another range there")
    }

    /// An image exposes several ports and the manifest names none.
    static func severalPorts(_ ports: [Int], service: String) -> Self {
        let list = ports.map(String.init).joined(separator: ", ")
        return Self(
            reason: .manifestInvalid, verdict: .stall,
            message: "the image of service '\(service)' exposes the ports \(list), so which one to use is not known",
            hint: "name one in slipway.yml: services.\(service).port")
    }

    // MARK: Health

    /// The container ended before it was healthy.
    static func exited(_ name: String, service: String, detail: ContainerDetail?, output: [String]) -> Self {
        var message = "service '\(service)' ended before it was healthy"
        if let code = detail?.exitCode { message += ", with exit code \(code)" }
        if detail == nil { message = "container \(name) of service '\(service)' was removed while it started" }
        if let error = detail?.startError, !error.isEmpty { message += ": \(error)" }
        let isKilled = detail?.isOutOfMemory == true
        let hint =
            isKilled
            ? "it was killed because it used more memory than it may; raise services.\(service).resources.memory"
            : detail?.exitCode.flatMap { Self.exitCodeHints[$0] }
                ?? "its last lines of output, if it wrote any, say why"
        return Self(
            reason: .containerExited, verdict: .stall, message: message + (isKilled ? " (out of memory)" : ""),
            hint: hint, output: output)
    }

    /// What shells and engines mean by an exit code.
    private static let exitCodeHints = [
        0: "its command came to an end; a service has to stay in the foreground",
        126: "its command cannot be executed: is it executable, and built for this machine?",
        127: "its command was not found in the image",
        137: "it was killed; when nobody did that, it may have used more memory than it may",
    ]

    /// The container runs, but its checks never passed.
    static func unhealthy(
        service: String, after deadline: Duration, lastProblem: String, hint: String, output: [String]
    ) -> Self {
        Self(
            reason: .unhealthy, verdict: .stall,
            message: "service '\(service)' was not healthy within \(deadline.components.seconds) s: \(lastProblem)",
            hint: hint, output: output)
    }

    // MARK: The proxy

    /// Nobody answers where Caddy should take changes.
    static func proxyDoesNotAnswer(_ error: HTTPClientError, _ admin: CaddyAdmin) -> Self {
        Self(
            reason: .proxyUnavailable, verdict: .retry(after: nil),
            message: "Caddy does not answer at \(admin.socketPath ?? admin.baseURL): \(error.message)",
            hint: "applications that run are not affected while Caddy itself runs; see that it does")
    }

    /// Caddy said no.
    static func proxyRefused(_ status: Int, _ words: String) -> Self {
        Self(
            reason: .proxyUnavailable, verdict: .retry(after: nil),
            message: "Caddy refused the change (\(status)): \(words)",
            hint: "the routes are what they were; an external Caddy must allow this host in admin.origins")
    }

    /// Somebody else writes to our server, over and over.
    static let proxyKeepsChanging = Self(
        reason: .proxyUnavailable, verdict: .retry(after: nil),
        message: "something else keeps changing the server 'slipway' of Caddy's configuration",
        hint: "only one Slipway daemon can use one Caddy")

    /// The directory in which Caddy looks routes up cannot be written.
    static func routeNotWritten(_ path: String, _ code: Int32) -> Self {
        Self(
            reason: code == ENOSPC ? .diskFull : .proxyUnavailable, verdict: .retry(after: nil),
            message: "\(path) cannot be written: \(String(cString: strerror(code)))",
            hint: "the routes are what they were; the state directory must have room, and belong to slipway's user")
    }

    /// The managed Caddy cannot be started.
    static func proxyNotStarted(_ message: String, hint: String, output: [String] = []) -> Self {
        Self(
            reason: .proxyUnavailable, verdict: .retry(after: nil), message: message, hint: hint, output: output)
    }

    /// The port that Caddy should listen on is somebody else's.
    static func httpPortTaken(_ port: Int, by holder: String?) -> Self {
        Self(
            reason: .proxyUnavailable, verdict: .retry(after: nil),
            message: "Caddy cannot be started: port \(port) is taken" + (holder.map { " by \($0)" } ?? ""),
            hint: "stop what listens there, or choose another port in router.http")
    }
}
