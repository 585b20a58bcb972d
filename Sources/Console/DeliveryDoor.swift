import Daemon
import GitHosts
import HTTPServer
import Lifecycle
import Model

/// Hands webhook requests to the daemon on the thread that received them, without a task for each.
struct DeliveryDoor: Sendable {
    let control: any Control
    let dispatcher: Dispatcher

    /// How long a body may be for its signature to be checked on the thread that serves other clients as well: under
    /// a millisecond.
    static let promptByteLimit = 256 * 1024

    /// Takes the request in if it is a delivery of usual size; false when somebody else has to.
    func take(_ request: Request, _ responder: Responder) -> Bool {
        guard request.body.count <= Self.promptByteLimit, let match = try? dispatcher.match(request.head),
            case .delivery = match.route.body
        else { return false }
        Self.receive(request, for: match.variables["project"], control) {
            responder.answer(Answers.delivery($0))
            Failpoint.pass("ingest.response.after")
        }
        return true
    }

    /// Tells the daemon of a delivery that was refused by its head.
    func refused(_ head: RequestHead, _ response: Response) {
        guard [413, 415].contains(response.status), let match = try? dispatcher.match(head),
            case .delivery = match.route.body, let project = match.variables["project"].flatMap({ ProjectName($0) })
        else { return }
        let reason: DeliveryRejection =
            if response.status == 413 {
                .tooLarge("its body has \(head.contentLength) bytes; see limits.delivery of the configuration")
            } else if head.isBodyEncoded {
                .unsupported("its body is compressed; send it without Content-Encoding")
            } else {
                .unsupported("a delivery is application/json or application/x-www-form-urlencoded")
            }
        control.refused(reason, for: project)
    }

    /// Has the daemon take a delivery in.
    static func receive(
        _ request: Request, for project: String?, _ control: any Control,
        answer: @escaping @Sendable (DeliveryAnswer) -> Void
    ) {
        Failpoint.pass("ingest.body.read")
        guard let name = project.flatMap({ ProjectName($0) }) else { return answer(.unknownProject) }
        let fields = request.head.fields.map { DeliveryRequest.HeaderField(lowerCaseName: $0.name, value: $0.value) }
        control.receive(DeliveryRequest(headers: fields, body: request.body), for: name, answer: answer)
    }
}
