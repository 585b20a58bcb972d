/// A line in which an engine says which step it begins.
struct StepLine: Sendable, Hashable {
    /// The stage it belongs to, from 1, and how many there are; Podman says so where there are several, Docker never.
    let stage: Int?
    let stageCount: Int
    /// Its number, from 1: in its stage with Podman, in the whole file with Docker.
    let number: Int
    /// How many there are.
    let total: Int
    /// The instruction, as the engine writes it.
    let text: String
    /// Whether it is Docker's way of counting.
    let countsWholeFile: Bool

    /// Reads `STEP 2/3: RUN x`, `[1/2] STEP 2/3: RUN x` (Podman) or `Step 2/3 : RUN x` (Docker); nil for other output.
    init?(_ line: String) {
        var rest = line[...]
        var (stage, stageCount): (Int?, Int) = (nil, 1)
        if rest.hasPrefix("["), let close = rest.firstIndex(of: "]") {
            guard let stages = Self.fraction(rest[rest.index(after: rest.startIndex)..<close]) else { return nil }
            (stage, stageCount) = stages
            rest = rest[rest.index(after: close)...].trimmingSpaces()
        }
        let isDocker = rest.hasPrefix("Step ")
        guard isDocker || rest.hasPrefix("STEP ") else { return nil }
        rest = rest.dropFirst(5)
        guard let (number, total) = Self.fraction(rest.prefix { $0 == "/" || $0.isNumber }) else { return nil }
        rest = rest.drop { $0 == "/" || $0.isNumber }.trimmingSpaces()
        guard rest.first == ":" else { return nil }
        (self.stage, self.stageCount, self.number, self.total) = (stage, stageCount, number, total)
        text = String(rest.dropFirst().trimmingSpaces())
        countsWholeFile = isDocker
    }

    private static func fraction(_ text: Substring) -> (Int, Int)? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let first = parts[0], let second = parts[1], first > 0, first <= second else {
            return nil
        }
        return (first, second)
    }
}

extension DockerfileScan {
    /// The instruction that a step is; nil where the engine and this scan do not agree on what there is.
    ///
    /// A trigger that a base image brings (`ONBUILD`) is laid to the `FROM` that names the image.
    ///
    /// - Parameter addedLabels: how many labels the build was asked to add: Podman counts each as a step at the end.
    func instruction(of step: StepLine, addedLabels: Int) -> Instruction? {
        let counted = step.countsWholeFile ? countedInFile(step) : countedInStage(step, addedLabels)
        if let counted, counted.keyword == step.keyword || counted.keyword == "FROM" { return counted }
        let wanted = step.text.withoutSpaces()
        return instructions.first { $0.text.withoutSpaces() == wanted }
    }

    /// Docker counts every instruction, those before the first `FROM` too, and triggers not at all.
    private func countedInFile(_ step: StepLine) -> Instruction? {
        step.number <= instructions.count ? instructions[step.number - 1] : nil
    }

    /// Podman counts the instructions of one stage and puts triggers right behind its `FROM`:
    /// the total then exceeds what the file has.
    private func countedInStage(_ step: StepLine, _ addedLabels: Int) -> Instruction? {
        let stage = (step.stage ?? 1) - 1
        guard stage < stages.count else { return nil }
        let range = stages[stage]
        let labels = stage + 1 == step.stageCount ? addedLabels : 0
        let triggers = max(0, step.total - range.count - labels)
        if step.number == 1 || step.number - 1 <= triggers { return instructions[range.lowerBound] }
        let index = range.lowerBound + step.number - 1 - triggers
        return index < range.upperBound ? instructions[index] : nil
    }

    /// The first line, from 1, that says this, white space aside.
    func line(saying text: String) -> Int? {
        let wanted = text.withoutSpaces()
        guard !wanted.isEmpty else { return nil }
        return lines.firstIndex { $0.withoutSpaces() == wanted }.map { $0 + 1 }
    }

    /// The instruction that the line, from 1, belongs to.
    func instruction(at line: Int) -> Instruction? { instructions.first { $0.lines.contains(line) } }
}

extension StepLine {
    /// The name of its instruction in capitals.
    var keyword: String { text.prefix { !$0.isWhitespace }.uppercased() }
}

extension String {
    fileprivate func withoutSpaces() -> String { filter { !$0.isWhitespace } }
}
