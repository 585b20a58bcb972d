import Testing

@testable import Builder

struct BuildTracesTests {
    @Test(arguments: [
        ("--> 5bd82b4ff54", "5bd82b4ff54"),
        (
            "--> Using cache 9f724e724e8bedc5cf7afab917082b26381d9449878967bad50f108c4807db06",
            "9f724e724e8bedc5cf7afab917082b26381d9449878967bad50f108c4807db06"
        ),
        (" ---> 3319c552aade", "3319c552aade"), (" ---> Running in 4abf5fadfcbd", nil), ("---> Using cache", nil),
        ("--> 5BD82B4FF54", nil), ("--> short", nil), ("-> 5bd82b4ff54", nil), ("x --> 5bd82b4ff54", nil),
        ("--> " + String(repeating: "a", count: 65), nil),
    ])
    func stepsAreNamedAsEnginesNameThem(_ line: String, _ digits: String?) {
        #expect(StepImage.digits(in: line) == digits)
    }

    @Test func eachStepIsKeptOnceAndNoMoreThanTheLimit() {
        var transcript = BuildTranscript()
        transcript.take("STEP 1/2: FROM scratch\n--> 5bd82b4ff54\n ---> 3319c552aade\n--> 5bd82b4ff54\n")
        #expect(transcript.stepImages == ["5bd82b4ff54", "3319c552aade"])
        for number in 0..<StepImage.limit * 2 {
            transcript.take("--> \(String(1_000_000_000 + number, radix: 10))\n")
        }
        #expect(transcript.stepImages.count == StepImage.limit)
    }

    @Test func basesAreWhatTheEngineWouldFetch() {
        let scan = DockerfileScan(
            Array(
                """
                ARG TAG=12
                FROM --platform=linux/amd64 debian:12 AS Build
                FROM debian:$TAG AS other
                FROM build
                COPY --from=build /a /a
                COPY --from=0 /a /a
                COPY --from=registry.example.com/tools@sha256:aa /b /b
                FROM scratch
                FROM debian:12

                """.utf8))
        #expect(scan.bases == ["debian:12", "registry.example.com/tools@sha256:aa"])
    }
}
