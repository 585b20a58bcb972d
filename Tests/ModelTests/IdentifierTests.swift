import FoundationEssentials
import Model
import Testing

struct IdentifierTests {
    private let hex64 = String(repeating: "Ab", count: 32)

    @Test func objectIDsAreFortyDigits() {
        #expect(ObjectID(String(repeating: "Ab", count: 20))?.hex == String(repeating: "ab", count: 20))
        for text in ["", "abc", String(repeating: "g", count: 40), String(repeating: "é", count: 20), hex64] {
            #expect(ObjectID(text) == nil)
        }
    }

    @Test func digestsAreSixtyFourDigits() {
        #expect(Digest("sha256:" + hex64)?.hex == hex64.lowercased())
        #expect(Digest(hex64)?.short == "abababababab")
        for text in ["", "sha256:", "sha512:" + hex64, hex64 + "0", "SHA256:" + hex64] { #expect(Digest(text) == nil) }
    }

    @Test func imageIDsSurviveJSON() throws {
        let image = try #require(ImageID(hex64))
        #expect(image.description == "sha256:" + hex64.lowercased())
        #expect(try JSONDecoder().decode(ImageID.self, from: JSONEncoder().encode(image)) == image)
    }

    @Test func refsAreGoneAfterTwoAbsences() {
        var ref = KnownRef(
            name: .branch("x"), target: .zero, commit: .zero, isBaseline: false, firstSeen: Timestamp(milliseconds: 0),
            movedAt: Timestamp(milliseconds: 0), sequence: 1)
        #expect(!ref.isGone)
        ref.absences = 1
        #expect(!ref.isGone)
        ref.absences = 2
        #expect(ref.isGone)
    }

    @Test func mainServiceIsWebElseTheFirstPublicOne() {
        #expect(Manifest.withoutFile.mainService == "web")
        let worker = ServiceDefinition(isPublic: false)
        #expect(Manifest(services: ["web": worker, "api": .init(), "zoo": .init()]).mainService == "api")
        #expect(Manifest(services: ["web": worker]).mainService == nil)
        #expect(Manifest(services: ["api": .init(), "web": .init()]).mainService == "web")
    }

    @Test func intentsSurviveJSON() throws {
        let digest = try #require(Digest(hex64))
        let intents: [EnvironmentWish.Intent] = [
            .run(.zero), .promote(commit: .zero, release: digest), .orphaned, .delete,
            .wait(commit: nil, gates: [Gate(kind: .after, blocker: "x", remedy: nil)]),
            .held(Hold(kind: .frozen, reason: "x", since: Timestamp(milliseconds: 5))),
        ]
        #expect(
            try JSONDecoder().decode([EnvironmentWish.Intent].self, from: JSONEncoder().encode(intents)) == intents)
    }
}
