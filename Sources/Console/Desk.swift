import Daemon
import HTTPServer
import Lifecycle
import Model

/// Answers one request after the other, each in a task of its own.
struct Desk: Sendable {
    let control: any Control
    let longCalls: LongCalls
    let log: Log

    /// How long nothing may come of a stream before its client is told that it has begun.
    private static let openingLimit = Duration.milliseconds(250)

    /// A request and everything needed to answer it.
    struct Exchange: Sendable {
        let request: Request
        let responder: Responder
        let dispatcher: Dispatcher
    }

    /// Answers a request.
    func serve(_ exchange: Exchange) async {
        do throws(RequestProblem) {
            let match = try exchange.dispatcher.match(exchange.request.head)
            let call = try Call(
                control: control, request: exchange.request, route: match.route, variables: match.variables)
            note(match.route, exchange.request.head)
            guard match.route.isLong else { return await answer(match.route, call, exchange.responder) }
            let isServed = await longCalls.run(until: exchange.responder) {
                await answer(match.route, call, exchange.responder)
            }
            if !isServed { throw .unavailable("too many clients wait or follow already; try again later") }
        } catch {
            exchange.responder.answer(Answers.problem(error))
        }
    }

    private func answer(_ route: Route, _ call: Call, _ responder: Responder) async {
        do throws(RequestProblem) {
            switch try await route.handle(call) {
            case .value(let value): responder.answer(Answers.json(value))
            case .done: responder.answer(Response(status: 204))
            case .response(let response):
                responder.answer(response)
                if case .delivery = route.body { Failpoint.pass("ingest.response.after") }
            case .text(let produce):
                await stream(StreamedAnswer(responder, .text)) { onPiece throws(RequestProblem) in
                    try await produce(onPiece)
                }
            case .events(let produce):
                await stream(StreamedAnswer(responder, .events)) { onPiece throws(RequestProblem) in
                    try await produce(EventSink(onPiece: onPiece))
                }
            }
        } catch {
            responder.answer(Answers.problem(error))
        }
    }

    private func stream(
        _ answer: StreamedAnswer,
        _ produce: @escaping @Sendable (@escaping @Sendable ([UInt8]) -> Void) async throws(RequestProblem) -> Void
    ) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                // A problem is seldom this late, and a client that follows wants to know that it is heard.
                try? await Task.sleep(for: Self.openingLimit)
                if !Task.isCancelled { answer.open() }
            }
            do throws(RequestProblem) {
                try await produce { answer.write($0) }
                answer.finish()
            } catch {
                answer.fail(error)
            }
            group.cancelAll()
        }
    }

    /// Writes down who wishes something; looking is not worth a line.
    private func note(_ route: Route, _ head: RequestHead) {
        guard route.audience == .local, route.method != "GET" else { return }
        let path = printable("/\(head.target.segments.joined(separator: "/"))".utf8)
        guard case .process(let id, let user) = head.peer else { return log.info("\(route.method) \(path)") }
        log.info("\(route.method) \(path)", ("user", "\(user)"), ("process", "\(id)"))
    }
}
