import Testing

@testable import Builder

@Suite struct DockerfileScanTests {
    private func summary(_ text: String) -> [String] {
        DockerfileScan(Array(text.utf8)).instructions.map { "\($0.lines.lowerBound)-\($0.lines.upperBound) \($0.text)" }
    }

    @Test func joinsContinuedLinesAndSkipsComments() {
        let found = summary(
            "# hello\n\nFROM scratch\n  # indented comment\nRUN one \\\n  # inner\n\n  && two \\  \n  three\nCMD x")
        #expect(found == ["3-3 FROM scratch", "5-9 RUN one   && two   three", "10-10 CMD x"])
    }

    @Test(arguments: [
        ("FROM scratch\nCOPY a b\nEXPOSE 8080\nCMD x", false), ("FROM a\nCOPY <<E /x\nRUN not me\nE\nCMD x", false),
        ("FROM a\nrun x", true), ("FROM a AS b\nRUN x\nFROM scratch\nCOPY --from=b x y", true),
        ("FROM scratch\nADD https://example.com/x /", true),
    ])
    func knowsWhetherAStepMayTakeLong(text: String, mayTakeLong: Bool) {
        #expect(DockerfileScan(Array(text.utf8)).mayTakeLong == mayTakeLong)
    }

    @Test func readsTheEscapeDirective() {
        let found = summary("# escape=`\nFROM scratch\nRUN a `\n b\nCOPY x c:\\\nCMD y")
        #expect(found == ["2-2 FROM scratch", "3-4 RUN a  b", "5-5 COPY x c:\\", "6-6 CMD y"])
    }

    @Test func aDirectiveAfterAnythingElseIsAComment() {
        #expect(summary("# comment\n# escape=`\nRUN a \\\nb") == ["3-4 RUN a b"])
        #expect(summary("\n# escape=`\nRUN a \\\nb") == ["3-4 RUN a b"])
    }

    @Test func readsCarriageReturnsAndByteOrderMarks() {
        #expect(summary("\u{feff}FROM a\r\nRUN x \\\r\n y\r\n") == ["1-1 FROM a", "2-3 RUN x  y"])
    }

    @Test func skipsHereDocuments() {
        let found = summary(
            "FROM a\nRUN <<EOF\nRUN not me\nEOF\nCOPY <<-\"A\" <<B /x/\n\tFROM no\n\tA\nB line\nB\nRUN cat <<<word\nRUN echo \"<<no\"\nCMD z"
        )
        #expect(
            found == [
                "1-1 FROM a", "2-4 RUN <<EOF", "5-9 COPY <<-\"A\" <<B /x/", "10-10 RUN cat <<<word",
                "11-11 RUN echo \"<<no\"", "12-12 CMD z",
            ])
    }

    @Test func anUnfinishedHereDocumentIsNone() {
        #expect(summary("RUN <<EOF\nRUN b") == ["1-1 RUN <<EOF", "2-2 RUN b"])
    }

    @Test func findsTheFrontend() {
        let scan = DockerfileScan(Array("#Syntax = evil/frontend:1 \nFROM a".utf8))
        #expect(scan.frontend?.name == "evil/frontend:1")
        #expect(scan.frontend?.line == 1)
        #expect(DockerfileScan(Array("FROM a\n# syntax=x".utf8)).frontend == nil)
    }

    @Test func readsNothingInAnEmptyFile() {
        #expect(summary("").isEmpty)
        #expect(summary("\\\n").isEmpty)
        #expect(summary("\n\n#x").isEmpty)
    }
}

@Suite struct DockerfileLinesTests {
    private let scan = DockerfileScan(
        Array(
            """
            # syntax=docker/dockerfile:1
            ARG VERSION=1
            FROM scratch AS base
            COPY busybox /bin/sh
            # comment
            RUN echo one \\
              # inner comment
              && echo two

            ONBUILD RUN echo trig

            FROM base
            RUN echo "hello   world" && \\
                echo x
            RUN echo last; false
            """.utf8))

    /// A line as an engine prints it, and the line of the Dockerfile that is meant.
    @Test(arguments: [
        ("[1/2] STEP 1/4: FROM scratch AS base", 3), ("[1/2] STEP 3/4: RUN echo one   && echo two", 6),
        ("[2/2] STEP 1/3: FROM a0aecaa80719454c895865d31425ada2b2927b680f4d731fa9683158cfacd729", 12),
        ("[2/2] STEP 2/4: RUN echo trig", 12), ("[2/2] STEP 3/4: RUN echo \"hello   world\" &&     echo x", 13),
        ("[2/2] STEP 4/4: RUN echo last; false", 15), ("Step 1/8 : ARG VERSION=1", 2),
        ("Step 2/8 : FROM scratch AS base", 3),
        ("Step 4/8 : RUN echo one   && echo two", 6), ("Step 6/8 : FROM base", 12),
        ("Step 8/8 : RUN echo last; false", 15),
    ])
    func mapsTheStepsOfBothEngines(output: String, line: Int) throws {
        let step = try #require(StepLine(output))
        #expect(scan.instruction(of: step, addedLabels: 0)?.lines.lowerBound == line)
    }

    /// The same as Podman counts them when the build adds three labels, once with a trigger.
    @Test(arguments: [
        ("[2/2] STEP 2/6: RUN echo x", 13), ("[2/2] STEP 3/7: RUN echo x", 13), ("[2/2] STEP 2/7: RUN y", 12),
    ])
    func addedLabelsAreNoTriggers(output: String, line: Int) throws {
        let step = try #require(StepLine(output))
        #expect(scan.instruction(of: step, addedLabels: 3)?.lines.lowerBound == line)
    }

    @Test func fallsBackOnTheTextWhereNumbersDisagree() throws {
        let step = try #require(StepLine("Step 3/3 : RUN echo last; false"))
        #expect(scan.instruction(of: step, addedLabels: 0)?.lines.lowerBound == 15)
        let unknown = try #require(StepLine("Step 3/3 : RUN something else"))
        #expect(scan.instruction(of: unknown, addedLabels: 0) == nil)
    }

    @Test(arguments: [
        "", "Steps 1/2 : x", "STEP 1: x", "STEP 3/2: x", "STEP 0/2: x", "STEP 1/2 x", "[x] STEP 1/2: FROM a",
        "Step 1/99999999999999999999 : x", "one STEP 1/2: x",
    ])
    func otherOutputIsNoStep(line: String) { #expect(StepLine(line) == nil) }
}

@Suite struct BuildTranscriptTests {
    @Test func keepsTheLastLinesAndTheLastStep() {
        var transcript = BuildTranscript()
        transcript.take("STEP 1/2: FROM a\nSTEP 2/2: RUN x\n")
        for number in 1...30 { transcript.take("line \(number)\n") }
        transcript.take("no end")
        transcript.endLine()
        #expect(transcript.lastLines.count == 20)
        #expect(transcript.lastLines.first == "line 12")
        #expect(transcript.lastLines.last == "no end")
        #expect(transcript.step?.number == 2)
    }

    @Test func joinsPiecesAndDropsWhatIsNotText() {
        var transcript = BuildTranscript()
        transcript.take("one")
        transcript.take(" two\n\n  \n\u{1b}[31mred\u{1b}[0m\tx\r10%\r20%\n\u{7}bell\n")
        #expect(transcript.lastLines == ["one two", "red x", "10%", "20%", "\\x07bell"])
    }

    @Test func cutsLongLines() {
        var transcript = BuildTranscript()
        transcript.take(String(repeating: "x", count: 100_000) + "\n")
        #expect(transcript.lastLines.map(\.utf8.count) == [1024])
    }
}
