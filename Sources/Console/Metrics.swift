import Daemon
import HTTPServer

/// What is counted, in the text format of Prometheus: prometheus.io/docs/instrumenting/exposition_formats.
enum Metrics {
    /// The answer with every counter.
    static func response(_ counts: [DeliveryCount]) -> Response {
        Response(
            status: 200, contentType: "text/plain; version=0.0.4; charset=utf-8", body: Array(text(counts).utf8))
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
}
