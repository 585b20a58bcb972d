import Daemon
import Model

extension Routes {
    /// The webhooks of projects.
    static let hooks = [
        Route("GET", base + "/hooks", "The webhook of every project", answer: .json("[WebhookStatus]")) { call in
            .value(await call.control.webhooks())
        },
        Route("GET", project + "/hooks", "The webhook of one project", answer: .json("WebhookStatus")) {
            call throws(RequestProblem) in
            .value(try await call.control.webhook(of: try call.project()))
        },
        Route(
            "POST", project + "/hooks/repair", "Make or mend the webhook through the API of the project's host",
            body: .object([]), answer: .json("WebhookStatus"), isLong: true
        ) { call throws(RequestProblem) in
            .value(try await call.control.repairWebhook(of: try call.project()))
        },
    ]
}
