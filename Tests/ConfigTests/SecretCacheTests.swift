import Glibc
import Model
import TestSupport
import Testing

@testable import Config

struct SecretCacheTests {
    private let directory: TemporaryDirectory
    private let path: String
    private let cache = SecretCache()

    init() throws {
        directory = try TemporaryDirectory()
        path = directory.path(of: "secret")
    }

    private func write(_ text: String, to path: String) throws {
        let file = try #require(fopen(path, "w"))
        fputs(text, file)
        fclose(file)
        chmod(path, 0o600)
    }

    private var secret: String? { try? cache.load(.file(path)).withValue { $0 } }

    @Test func readsAFileThatWasWrittenOver() throws {
        try write("one", to: path)
        #expect(secret == "one")
        // Same size, same inode, within the same tick of the kernel's clock.
        try write("two", to: path)
        #expect(secret == "two")
    }

    @Test func readsAFileThatTookThePlaceOfAnother() throws {
        try write("one", to: path)
        #expect(secret == "one")
        try write("two", to: path + ".next")
        rename(path + ".next", path)
        #expect(secret == "two")
    }

    @Test func readsASettledFileOnce() async throws {
        try write("one", to: path)
        // A change of the inode counts as young for two seconds; only then is the file trusted to stay as it is.
        let deadline = ContinuousClock.now + .seconds(30)
        while secret != nil, ContinuousClock.now < deadline {
            if cache.isKept(.file(path)) { break }
            try await Task.sleep(for: .milliseconds(100))
        }
        #expect(cache.isKept(.file(path)))
        try write("two", to: path)
        #expect(secret == "two")
        #expect(!cache.isKept(.file(path)))
    }

    @Test func aFileThatIsGoneOrReadableByAllIsNoSecret() throws {
        try write("one", to: path)
        #expect(secret == "one")
        chmod(path, 0o644)
        #expect(secret == nil)
        unlink(path)
        #expect(secret == nil)
    }
}
