import Glibc
import Testing

@testable import GitHosts

/// A-21, A-23: texts that are made to be hard to read.
struct JSONAttackTests {
    private static func text(_ opening: String, _ count: Int, closing: String = "") -> [UInt8] {
        Array((String(repeating: opening, count: count) + String(repeating: closing, count: count)).utf8)
    }

    /// On the smallest stack that a thread of ours might get, a thirty-second of what libmicrohttpd's threads have.
    @Test(arguments: [32, 33, 512, 1_000_000])
    func nestingIsBoundedOnASmallStack(_ depth: Int) throws {
        let texts = [
            Self.text("[", depth), Self.text("[", depth, closing: "]"), Self.text(#"{"a":"#, depth),
            Self.text(#"[{"a":"#, depth, closing: "}]"),
        ]
        let isRead = try #require(SmallThread.run(stackBytes: 256 << 10) { texts.map { JSONDocument($0) != nil } })
        #expect(isRead == [false, depth <= JSONDocument.depthLimit, false, false])
    }

    /// Members are looked up by walking along, and nothing is hashed: a million keys are a million steps.
    @Test func aMillionKeysTakeTenTimesAsLongAsAHundredThousand() throws {
        func seconds(_ count: Int) throws -> Duration {
            var text = "{"
            text.reserveCapacity(count * 16)
            for number in 0..<count { text += "\"k\(number)\":\(number)," }
            let bytes = Array((text + #""last":"here"}"#).utf8)
            var best = Duration.seconds(3600)
            for _ in 0..<3 {
                let start = ContinuousClock.now
                let document = try #require(JSONDocument(bytes))
                #expect(document.root["last"]?.string == "here")
                #expect(document.root["absent"] == nil)
                best = min(best, .now - start)
            }
            return best
        }
        // Ten times if it is linear, a hundred if it is not.
        let (few, many) = (try seconds(100_000), try seconds(1_000_000))
        #expect(many < few * 40, "\(few), then \(many)")
    }

    /// Many times the same key, keys that only differ late, and keys that are escapes throughout.
    @Test(arguments: [
        #""ref":1,"#, #""\u0072\u0065\u0066":1,"#, #""\#(String(repeating: "k", count: 1000))":1,"#, #""":"","#,
    ])
    func repeatedKeysAreWalkedOver(_ member: String) throws {
        let bytes = Array(("{" + String(repeating: member, count: 20_000) + #""after":"x"}"#).utf8)
        let root = try #require(JSONDocument(bytes)?.root)
        #expect(root["after"]?.string == "x")
        #expect(root["missing"] == nil)
    }

    /// Numbers, texts and lists of a size that no member of a payload has.
    @Test(arguments: [
        String(repeating: "9", count: 3_000_000), "-" + String(repeating: "0", count: 1000), "1e999999999999999999",
        "0." + String(repeating: "1", count: 1_000_000), "9223372036854775808", "-9223372036854775809",
    ])
    func hugeNumbersAreNoIntegers(_ number: String) {
        #expect(JSONDocument(Array(#"{"id":\#(number)}"#.utf8))?.root["id"]?.integer == nil)
    }

    @Test func aLongTextIsReadOnce() throws {
        let text = String(repeating: #"\u00e4"#, count: 500_000)
        let root = try #require(JSONDocument(Array(#"{"ref":"\#(text)"}"#.utf8))?.root)
        #expect(root["ref"]?.string?.unicodeScalars.count == 500_000)
        #expect(JSONDocument(Self.text("[],", 1_000_000)) == nil)
        #expect(JSONDocument([0x5b] + Self.text("[],", 900_000) + Array("[]]".utf8))?.root.elements.count == 900_001)
    }
}

/// A thread with a stack of a given size.
private enum SmallThread {
    private final class Work {
        let body: () -> [Bool]
        var result: [Bool]?
        init(_ body: @escaping () -> [Bool]) { self.body = body }
    }

    /// What the body returns, called on such a thread; nil when there is none to be had.
    static func run(stackBytes: Int, _ body: @escaping () -> [Bool]) -> [Bool]? {
        let work = Work(body)
        var thread = pthread_t()
        let code = withUnsafeTemporaryAllocation(of: pthread_attr_t.self, capacity: 1) { attributes -> Int32 in
            guard let attributes = attributes.baseAddress, pthread_attr_init(attributes) == 0 else { return -1 }
            defer { pthread_attr_destroy(attributes) }
            guard pthread_attr_setstacksize(attributes, stackBytes) == 0 else { return -1 }
            return pthread_create(
                &thread, attributes,
                { pointer in
                    guard let pointer else { return nil }
                    let work = Unmanaged<Work>.fromOpaque(pointer).takeUnretainedValue()
                    work.result = work.body()
                    return nil
                }, Unmanaged.passUnretained(work).toOpaque())
        }
        guard code == 0 else { return nil }
        pthread_join(thread, nil)
        return work.result
    }
}
