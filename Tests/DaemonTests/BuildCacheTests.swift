import ContainerEngine
import Model
import Testing

@testable import Daemon

struct BuildCacheTests {
    private static let noon = Timestamp(milliseconds: 1_800_000_000_000)
    private static let instance = "0123456789ab"

    private static func id(_ digit: Character) -> ImageID {
        guard let id = ImageID(String(repeating: digit, count: 64)) else { preconditionFailure("digits") }
        return id
    }

    private static func image(
        _ digit: Character, parent: Character? = nil, tags: [String] = [], labels: [String: String] = [:],
        bytes: Int64 = 10, at seconds: Int = 0
    ) -> EngineImage {
        EngineImage(
            id: id(digit), tags: tags, labels: labels, sizeBytes: bytes,
            createdAt: noon.advanced(by: .seconds(seconds)), parent: parent.map { id($0) })
    }

    private static func trace(_ digit: Character, reference: String? = nil, used seconds: Int = 0) -> BuildTrace {
        BuildTrace(
            digits: String(repeating: digit, count: reference == nil ? 12 : 64), reference: reference,
            span: noon...noon.advanced(by: .seconds(5)), usedAt: noon.advanced(by: .seconds(seconds)))
    }

    private static func cache(_ images: [EngineImage], _ traces: [BuildTrace]) -> BuildCache {
        BuildCache(images: images, traces: traces, instance: instance)
    }

    struct Stranger: Sendable, CustomStringConvertible {
        let description: String
        let image: EngineImage
    }

    @Test(arguments: [
        Stranger(description: "one that has a name", image: image("a", tags: ["mine:1"])),
        Stranger(description: "one of another daemon's", image: image("a", labels: [Label.instance: "ba9876543210"])),
        Stranger(description: "one from before the build", image: image("a", at: -60)),
        Stranger(description: "one from after the build", image: image("a", at: 60)),
        Stranger(description: "one that is not there", image: image("b")),
    ])
    func whatABuildClaimsFalselyIsLeftAloneAndForgotten(_ stranger: Stranger) {
        let cache = Self.cache([stranger.image], [Self.trace("a")])
        #expect(cache.entries == [])
        #expect(cache.stale == [Self.trace("a")])
        #expect(cache.due(budget: -1) == [])
    }

    @Test func digitsThatNameTwoImagesNameNone() {
        let digits = String(repeating: "a", count: 12)
        let twins = ["0", "1"].compactMap { ImageID(digits + String(repeating: $0, count: 52)) }.map {
            EngineImage(id: $0, tags: [], labels: [:], sizeBytes: 1, createdAt: Self.noon)
        }
        #expect(Self.cache(twins, [Self.trace("a")]).entries == [])
    }

    @Test func aBaseImageThatGotASecondNameStays() {
        let reference = "debian:12"
        let one = Self.cache([Self.image("a", tags: [reference], at: -9999)], [Self.trace("a", reference: reference)])
        #expect(one.due(budget: 0).map(\.reference) == [reference])
        let two = Self.cache(
            [Self.image("a", tags: [reference, "mine:1"], at: -9999)], [Self.trace("a", reference: reference)])
        #expect(two.due(budget: 0) == [])
    }

    @Test func whatWasUsedLongestAgoGoesFirstAndOnlyAsFarAsNeeded() {
        let images = [Self.image("a"), Self.image("b"), Self.image("c")]
        let cache = Self.cache(images, [Self.trace("a", used: 3), Self.trace("b", used: 1), Self.trace("c", used: 2)])
        #expect(cache.totalBytes == 30)
        #expect(cache.due(budget: 30) == [])
        #expect(cache.due(budget: 29).map(\.image.id) == [Self.id("b")])
        #expect(cache.due(budget: 10).map(\.image.id) == [Self.id("b"), Self.id("c")])
    }

    @Test func anImageGoesAfterThoseThatWereMadeFromIt() {
        let images = [
            Self.image("a", bytes: 10), Self.image("b", parent: "a", bytes: 15),
            // Somebody else's work on top of one of our steps keeps it.
            Self.image("c", bytes: 4), Self.image("d", parent: "c", tags: ["theirs:1"], bytes: 5),
        ]
        let cache = Self.cache(images, [Self.trace("a"), Self.trace("b", used: 9), Self.trace("c")])
        #expect(cache.totalBytes == 10 + 5 + 4)
        #expect(cache.due(budget: -1).map(\.image.id) == [Self.id("b"), Self.id("a")])
    }
}
