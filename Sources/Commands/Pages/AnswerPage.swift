import Model

/// What `slipway why`, `slipway wait` and `slipway doctor` show. Pure.
struct AnswerPage: Sendable {
    let style: Style

    /// Why an environment is as it is.
    func explanation(_ explanation: Explanation) -> String {
        var text = explanation.sentences.map { clean($0) + "\n" }.joined()
        if !explanation.remedies.isEmpty {
            text += "\n" + style.paint("what would change it", .strong) + "\n"
            text += explanation.remedies.map { "  \(clean($0))\n" }.joined()
        }
        return text
    }

    /// How waiting ended: a line, then what shows the cause.
    func outcome(_ outcome: WaitOutcome) -> String {
        let colour: Style.Colour = outcome.ending == .live ? .good : .bad
        var lines = [style.paint(clean(outcome.message), colour)]
        switch outcome.ending {
        case .live: lines += (outcome.environment?.urls ?? []).map { clean($0) }
        case .failed:
            if let failure = outcome.environment?.deployment?.failure {
                if let hint = failure.hint { lines.append("  " + clean(hint)) }
                lines += failure.output.map { "  | " + clean($0) }
            }
        case .timedOut:
            if let id = outcome.environment?.id { lines.append("  'slipway why \(id.project) \(id.name)' says more") }
        case .superseded, .cancelled: break
        }
        return lines.map { $0 + "\n" }.joined()
    }

    /// What the doctor found.
    func findings(_ findings: [Finding]) -> String {
        let width = findings.map { Columns.count(clean($0.subject)) }.max() ?? 0
        return findings.map { finding in
            let subject = clean(finding.subject)
            let (word, colour): (String, Style.Colour) =
                switch finding.verdict {
                case .ok: ("ok", .good)
                case .warning: ("warning", .attention)
                case .failed: ("failed", .bad)
                }
            let gap = String(repeating: " ", count: 9 - word.count)
            let space = String(repeating: " ", count: width - Columns.count(subject) + 2)
            let remedy = finding.remedy.map { String(repeating: " ", count: 11 + width) + "-> \(clean($0))\n" } ?? ""
            return style.paint(word, colour) + gap + subject + space + clean(finding.message) + "\n" + remedy
        }.joined() + summary(findings)
    }

    private func summary(_ findings: [Finding]) -> String {
        let failed = findings.count { $0.verdict == .failed }
        let warnings = findings.count { $0.verdict == .warning }
        if failed == 0, warnings == 0 { return "\neverything is as it should be\n" }
        let parts = [failed == 0 ? nil : "\(failed) failed", warnings == 0 ? nil : "\(warnings) to look at one day"]
        return "\n" + parts.compactMap(\.self).joined(separator: ", ") + "\n"
    }
}
