import Daemon
import GitHosts
import HTTPServer
import Model

/// Everything that can be asked over HTTP.
enum Routes {
    /// All routes; deliveries first, which come most often.
    static let all =
        [deliveries] + health + [metrics] + reading + logs + wishes + hooks + notifications + backups + [description]

    /// `/api/v1`, which every other version will have beside it.
    static let base = "/api/v1"
    static let project = base + "/projects/{project}"
    private static let environment = project + "/environments/{environment}"

    private static let deliveries = Route(
        "POST", "/hooks/{project}", "Take in a delivery of a Git host", audience: .everyone, body: .delivery,
        answer: .accepted
    ) { call throws(RequestProblem) in
        // Only those that are too long to be checked where they are received: see DeliveryDoor.
        let answer = await withCheckedContinuation { continuation in
            DeliveryDoor.receive(call.request, for: call.variables["project"], call.control) {
                continuation.resume(returning: $0)
            }
        }
        return .response(Answers.delivery(answer))
    }

    private static let health = [
        Route("GET", "/healthz", "Whether the daemon answers", audience: .everyone, answer: .text) { _ in
            .response(.text(200, "ok"))
        },
        Route(
            "GET", "/readyz", "Whether the daemon can do its work, part by part; 503 when it cannot",
            audience: .everyone, answer: .json("Readiness")
        ) { call in
            let readiness = await call.control.readiness()
            return .response(Answers.json(readiness, status: readiness.isReady ? 200 : 503))
        },
    ]

    private static let metrics = Route(
        "GET", "/metrics", "Counters, in the text format of Prometheus", answer: .text
    ) { call in
        .response(Metrics.response(call.control.deliveryCounts(), webhooks: await call.control.webhooks()))
    }

    static let limit = Route.Parameter(
        name: "limit", kind: .integer(1...1000), summary: "how many at most; 50 where nothing is said")
    private static let follow = Route.Parameter(
        name: "follow", kind: .flag, summary: "1: go on until the client leaves")
    static let defaultLimit = 50

    private static let reading = [
        Route("GET", base + "/status", "The daemon with all its projects", answer: .json("DaemonStatus")) { call in
            .value(await call.control.status())
        },
        Route("GET", base + "/projects", "Every project", answer: .json("[ProjectStatus]")) { call in
            .value(await call.control.status().projects)
        },
        Route("GET", base + "/quarantine", "What is set aside", answer: .json("[Suspect]")) { call in
            .value(await call.control.quarantined())
        },
        Route("GET", project, "One project", answer: .json("ProjectStatus")) { call throws(RequestProblem) in
            .value(try await call.control.project(try call.project()))
        },
        Route("GET", environment, "One environment", answer: .json("EnvironmentStatus")) {
            call throws(RequestProblem) in
            .value(try await call.control.environment(try call.environment()))
        },
        Route("GET", environment + "/why", "Why an environment is as it is", answer: .json("Explanation")) {
            call throws(RequestProblem) in
            .value(try await call.control.explanation(of: try call.environment()))
        },
        Route(
            "GET", environment + "/wait", "Wait until a commit is live, or what Git wants now",
            parameters: [
                .init(name: "commit", kind: .text, summary: "the 40 digits of the commit's id"),
                .init(name: "timeout", kind: .integer(0...86_400), summary: "seconds; 60 where nothing is said"),
            ], answer: .json("WaitOutcome"), isLong: true
        ) { call throws(RequestProblem) in
            let timeout = Duration.seconds(call.integer("timeout") ?? 60)
            return .value(
                try await call.control.wait(
                    for: try call.commit(call.text("commit")), in: try call.environment(), timeout: timeout))
        },
        Route(
            "GET", project + "/history", "Deployments, newest first",
            parameters: [limit, .init(name: "environment", kind: .text, summary: "only of this environment")],
            answer: .json("[Deployment]")
        ) { call throws(RequestProblem) in
            .value(
                try await call.control.history(
                    of: try call.project(), environment: try call.environmentName("environment"),
                    limit: call.integer("limit") ?? defaultLimit))
        },
        Route("GET", project + "/builds", "Builds, newest first", parameters: [limit], answer: .json("[BuildRecord]")) {
            call throws(RequestProblem) in
            .value(try await call.control.builds(of: try call.project(), limit: call.integer("limit") ?? defaultLimit))
        },
        Route(
            "GET", base + "/events", "Events, oldest first; with follow as server-sent events",
            parameters: [
                limit, follow, .init(name: "project", kind: .text, summary: "only of this project"),
                .init(
                    name: "after", kind: .integer(0...Int.max),
                    summary: "only those after this sequence number; the newest where nothing is said"),
            ], answer: .events("[DaemonEvent]"), isLong: true
        ) { call throws(RequestProblem) in
            let project = try call.projectName("project")
            let after = call.integer("after").map { Int64($0) }
            guard call.isSet("follow") else {
                let limit = call.integer("limit") ?? defaultLimit
                return .value(try await call.control.events(project: project, after: after, limit: limit))
            }
            return try EventFeed(call, project: project, after: after, backlog: call.integer("limit") ?? 0).reply
        },
    ]

    private static let logs = [
        Route(
            "GET", environment + "/logs", "What a service's containers write",
            parameters: [
                follow, .init(name: "service", kind: .text, summary: "only of this service"),
                .init(name: "tail", kind: .integer(0...100_000), summary: "how many lines; 100 where nothing is said"),
            ], answer: .text, isLong: true
        ) { call throws(RequestProblem) in
            let id = try call.environment()
            return .text { onPiece throws(RequestProblem) in
                try await call.control.logs(
                    of: id, service: call.text("service"), tail: call.integer("tail") ?? 100,
                    follow: call.isSet("follow"), onPiece: onPiece)
            }
        },
        Route(
            "GET", project + "/builds/log", "Which build it is, in a line, and what it writes",
            parameters: [
                follow, .init(name: "number", kind: .integer(1...Int.max), summary: "the build; else the newest"),
                .init(name: "environment", kind: .text, summary: "the newest of this environment"),
            ], answer: .text, isLong: true
        ) { call throws(RequestProblem) in
            let project = try call.project()
            let environment = try call.environmentName("environment")
            return .text { onPiece throws(RequestProblem) in
                try await call.control.buildLog(
                    of: project, environment: environment, number: call.integer("number").map { Int64($0) },
                    follow: call.isSet("follow"), onPiece: onPiece)
            }
        },
    ]

    private static let reason = Route.Field(name: "reason", isRequired: true, summary: "why, for whoever asks later")

    private static let wishes = [
        Route("POST", project + "/refresh", "Look at the project's remote now", body: .object([]), answer: .nothing) {
            call throws(RequestProblem) in
            try await call.control.refresh(try call.project())
            return .done
        },
        Route(
            "POST", project + "/approve-deletions", "Confirm that vanished previews may be deleted",
            body: .object([]), answer: .nothing
        ) { call throws(RequestProblem) in
            try await call.control.approveDeletions(of: try call.project())
            return .done
        },
        Route(
            "POST", project + "/approve-default-branch", "Confirm that the default branch was renamed on purpose",
            body: .object([]), answer: .nothing
        ) { call throws(RequestProblem) in
            try await call.control.confirmDefaultBranch(of: try call.project())
            return .done
        },
        Route(
            "POST", project + "/approve-restore", "Confirm that restored records have been looked at",
            body: .object([]), answer: .nothing
        ) { call throws(RequestProblem) in
            try await call.control.confirmRestoration(of: try call.project())
            return .done
        },
        Route(
            "POST", environment + "/deploy", "Make an environment run a commit",
            body: .object([.init(name: "commit", isRequired: true, summary: "the 40 digits of the commit's id")]),
            answer: .nothing
        ) { call throws(RequestProblem) in
            let id = try call.environment()
            guard let commit = try call.commit(call.member("commit")) else { return .done }
            try await call.control.deploy(commit, to: id)
            return .done
        },
        Route(
            "POST", environment + "/allow", "Allow that a commit of a fork's pull request is built and run",
            body: .object([.init(name: "commit", isRequired: true, summary: "the 40 digits of the commit's id")]),
            answer: .nothing
        ) { call throws(RequestProblem) in
            let id = try call.environment()
            guard let commit = try call.commit(call.member("commit")) else { return .done }
            try await call.control.allow(commit, in: id, by: "a person at the command line")
            return .done
        },
        Route("POST", environment + "/stop", "Switch an environment off", body: .object([]), answer: .nothing) {
            call throws(RequestProblem) in
            try await call.control.stop(try call.environment(), by: "a person")
            return .done
        },
        Route("POST", environment + "/start", "Switch an environment on again", body: .object([]), answer: .nothing) {
            call throws(RequestProblem) in
            try await call.control.start(try call.environment())
            return .done
        },
        Route(
            "POST", environment + "/redeploy", "Try a deployment that failed again, or start anew what a preview runs",
            body: .object([]), answer: .nothing
        ) { call throws(RequestProblem) in
            _ = try await call.control.redeploy(try call.environment())
            return .done
        },
        Route(
            "POST", environment + "/hold", "Pin an environment to what it runs", body: .object([reason]),
            answer: .nothing
        ) { call throws(RequestProblem) in
            try await call.control.hold(try call.environment(), reason: call.member("reason") ?? "")
            return .done
        },
        Route("POST", environment + "/resume", "Lift a hold", body: .object([]), answer: .nothing) {
            call throws(RequestProblem) in
            try await call.control.resume(try call.environment())
            return .done
        },
        Route(
            "POST", environment + "/rollback", "Go back to an earlier release and hold it there",
            body: .object([
                reason, .init(name: "release", isRequired: false, summary: "its 64 digits; else the one before"),
            ]), answer: .nothing
        ) { call throws(RequestProblem) in
            let id = try call.environment()
            let release = call.member("release").map { Digest($0) }
            if case .some(.none) = release { throw .invalid("release: the 64 digits of a release's id are needed") }
            try await call.control.rollback(id, to: release ?? nil, reason: call.member("reason") ?? "")
            return .done
        },
        Route(
            "POST", environment + "/extend", "Let a preview live longer without a push",
            body: .object([
                .init(name: "seconds", isRequired: false, summary: "from now on; else as long as its project allows")
            ]), answer: .nothing
        ) { call throws(RequestProblem) in
            var duration: Duration?
            if let text = call.member("seconds") {
                guard let seconds = Int64(text), (1...315_360_000).contains(seconds) else {
                    throw .invalid("seconds: a whole number from 1 to 315360000 is needed")
                }
                duration = .seconds(seconds)
            }
            try await call.control.extend(try call.environment(), by: duration)
            return .done
        },
        Route(
            "POST", base + "/quarantine/release", "Let something that is set aside be worked on again",
            body: .object([.init(name: "object", isRequired: true, summary: "what: environment shop/staging")]),
            answer: .nothing
        ) { call throws(RequestProblem) in
            let text = call.member("object") ?? ""
            guard let object = WorkObject(text) else {
                throw .invalid(
                    "object: 'environment shop/staging' or the like is needed, not '\(printable(text.utf8))'")
            }
            try await call.control.release(object)
            return .done
        },
        Route("DELETE", environment, "Remove an environment and everything it has", answer: .nothing) {
            call throws(RequestProblem) in
            try await call.control.delete(try call.environment())
            return .done
        },
    ]

    private static let backups = [
        Route("POST", base + "/backups", "Copy the records", body: .object([]), answer: .json("RecordsCopy")) {
            call throws(RequestProblem) in
            .value(try await call.control.copyRecords())
        },
        Route(
            "GET", base + "/backups/{copy}", "A piece of a copy of the records",
            parameters: [
                .init(name: "offset", kind: .integer(0...Int.max), summary: "where it begins; 0 unless given")
            ],
            answer: .bytes
        ) { call throws(RequestProblem) in
            let bytes = try await call.control.piece(ofCopy: call.variable("copy"), from: call.integer("offset") ?? 0)
            return .response(Answers.bytes(bytes))
        },
        Route("DELETE", base + "/backups/{copy}", "Remove a copy of the records that was fetched", answer: .nothing) {
            call throws(RequestProblem) in
            await call.control.removeCopy(call.variable("copy"))
            return .done
        },
    ]

    private static let description = Route(
        "GET", base + "/openapi.json", "This description", answer: .json("OpenAPI")
    ) { _ in .response(OpenAPI.response) }
}
