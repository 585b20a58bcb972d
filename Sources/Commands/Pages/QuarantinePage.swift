import Model

/// What `slipway quarantine list` shows, and `slipway status` above everything else. Pure.
struct QuarantinePage: Sendable {
    let style: Style
    let now: Timestamp

    /// Everything that is set aside.
    func list(_ suspects: [Suspect]) -> String {
        if suspects.isEmpty { return "nothing is set aside\n" }
        return suspects.map { suspect in
            style.paint("! ", .bad) + style.paint(clean(suspect.object), .strong)
                + " is set aside: the daemon crashed \(suspect.crashes) times in work on it, last"
                + " \(TimeText.ago(suspect.lastAt, now: now)) by \(clean(suspect.cause))\n"
                + "    slipway quarantine release \(clean(suspect.object))\n"
        }.joined()
    }
}
