import Daemon
import HTTPServer
import Model

/// What is counted, in the text format of Prometheus: prometheus.io/docs/instrumenting/exposition_formats.
enum Metrics {
    /// The answer with every counter.
    static func response(_ counts: [DeliveryCount], webhooks: [WebhookStatus] = []) -> Response {
        Response(
            status: 200, contentType: "text/plain; version=0.0.4; charset=utf-8",
            body: Array((text(counts) + text(webhooks)).utf8))
    }

    /// One line for each counter. Names of projects and outcomes need no escaping.
    static func text(_ counts: [DeliveryCount]) -> String {
        let head = [
            "# HELP slipway_deliveries_total Webhook requests since the start, by what they came to.",
            "# TYPE slipway_deliveries_total counter",
        ]
        let lines = counts.map { count in
            "slipway_deliveries_total{project=\"\(count.project)\",outcome=\"\(count.outcome.rawValue)\"} \(count.count)"
        }
        return (head + lines).joined(separator: "\n") + "\n"
    }

    /// How it stands with webhooks: the state that is has the value 1, every other 0.
    static func text(_ webhooks: [WebhookStatus]) -> String {
        guard !webhooks.isEmpty else { return "" }
        let head = [
            "# HELP slipway_webhook_state How it stands with the webhook of a project: 1 for the state that it has.",
            "# TYPE slipway_webhook_state gauge",
        ]
        let lines = webhooks.flatMap { webhook in
            WebhookStatus.State.allCases.map { state in
                "slipway_webhook_state{project=\"\(webhook.project)\",state=\"\(state.rawValue)\"} "
                    + (state == webhook.state ? "1" : "0")
            }
        }
        return (head + lines).joined(separator: "\n") + "\n"
    }
}
