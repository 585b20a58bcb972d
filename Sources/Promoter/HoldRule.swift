import Model

/// A hold wins over everything that automation wishes, deletion included.
enum HoldRule {
    static func applied(to wish: EnvironmentWish, record: EnvironmentRecord?) -> EnvironmentWish {
        guard let hold = record?.hold else { return wish }
        let how =
            switch hold.kind {
            case .frozen: "held by a person"
            case .rolledBack: "rolled back and held by a person"
            case .adopted: "held since it was adopted"
            }
        let command = "slipway resume \(wish.environment.project) \(wish.environment.name)"
        // What would run without the hold has a name of its own: a reason may be as short as "branch main moved".
        let newer = wish.commit.flatMap { $0 == record?.live?.commit ? nil : " \($0.short) would run" } ?? ""
        return EnvironmentWish(
            environment: wish.environment, kind: wish.kind, ref: wish.ref, intent: .held(hold),
            reason: "\(how): \(hold.reason); `\(command)` lifts the hold; without it\(newer): \(wish.reason)")
    }
}
