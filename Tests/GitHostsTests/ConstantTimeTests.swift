import FoundationEssentials
import Testing

/// what decides whether a delivery is believed is compared in one place, in constant time.
///
/// How long it takes is measured by hand (`Benchmarks/run timing`): a test of that would pass or fail by luck.
struct ConstantTimeTests {
    private static let sources = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/Sources/"

    private static func text(_ path: String) throws -> String {
        String(decoding: try #require(FileManager.default.contents(atPath: sources + path)), as: UTF8.self)
    }

    @Test func comparisonsAreOpenSSLs() throws {
        #expect(try Self.text("Crypto/HMAC.swift").contains("CRYPTO_memcmp(left, right, left.count) == 0"))
        let signature = try Self.text("GitHosts/Signature.swift")
        #expect(signature.components(separatedBy: "HMAC.areEqual").count == 3)
        #expect(try Self.text("GitHosts/StandardWebhooks.swift").contains("HMAC.areEqual($0, expected)"))
    }

    /// Nobody compares the text of a secret with anything.
    @Test func noSecretIsComparedAsText() throws {
        var secrets = 0
        for path in try FileManager.default.subpathsOfDirectory(atPath: Self.sources) where path.hasSuffix(".swift") {
            for line in try Self.text(path).split(separator: "\n") where line.contains("withValue {") {
                secrets += 1
                let isCompared = line.contains("==") || line.contains("!=") || line.contains("elementsEqual")
                #expect(!isCompared, "\(path): \(line)")
            }
        }
        #expect(secrets > 5, "the sources have been read")
    }
}

extension String {
    fileprivate func components(separatedBy text: String) -> [Substring] {
        split(separator: text, omittingEmptySubsequences: false)
    }
}
