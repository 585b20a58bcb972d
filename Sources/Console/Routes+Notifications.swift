import Daemon
import Model

extension Routes {
    /// Who was told what.
    static let notifications = [
        Route(
            "GET", base + "/notifications", "The newest notices, newest first", parameters: [limit],
            answer: .json("[Notice]")
        ) { call throws(RequestProblem) in
            .value(try await call.control.notices(limit: call.integer("limit") ?? defaultLimit))
        },
        Route(
            "POST", base + "/notifications/{number}/replay", "Send a notice once more, under the same id",
            body: .object([]), answer: .json("Notice")
        ) { call throws(RequestProblem) in
            guard let number = Int64(call.variable("number")), number > 0 else {
                throw .invalid("number: the number of a notice is needed")
            }
            return .value(try await call.control.replay(notice: number))
        },
    ]
}
