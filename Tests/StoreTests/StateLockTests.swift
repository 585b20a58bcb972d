import Glibc
import Model
import TestSupport
import Testing

@testable import Store

struct StateLockTests {
    let scratch: TemporaryDirectory

    init() throws { scratch = try TemporaryDirectory() }

    func held() throws -> LockHeld? {
        do throws(StateLockError) {
            try StateLock(directory: scratch.path).release()
            return nil
        } catch {
            guard case .held(let holder) = error else { throw error }
            return holder
        }
    }

    // flock(2) belongs to the open file description, so a second one conflicts within one process, too.
    @Test func namesTheFirstHolderToTheSecond() throws {
        let lock = try StateLock(directory: scratch.path)
        let holder = try #require(try held())
        #expect(holder.pid == getpid())
        #expect(holder.since != nil)
        #expect(holder.command == printable(CommandLine.arguments.joined(separator: " ").utf8))
        #expect(holder.directory == scratch.path)
        lock.release()
        #expect(try held() == nil)
    }

    @Test func isGivenUpWithItsValue() throws {
        do { _ = try StateLock(directory: scratch.path) }
        #expect(try held() == nil)
    }

    @Test func keepsItsFileToItself() throws {
        let lock = try StateLock(directory: scratch.path)
        var status = stat()
        #expect(stat(scratch.path + "/lock", &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
        lock.release()
    }

    @Test func isNotInheritedByChildren() throws {
        let lock = try StateLock(directory: scratch.path)
        let inherited = (0..<1024).filter { descriptor in
            var buffer = [CChar](repeating: 0, count: 4096)
            let count = readlink("/proc/self/fd/\(descriptor)", &buffer, buffer.count)
            let target = String(
                decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
            return target == scratch.path + "/lock" && fcntl(Int32(descriptor), F_GETFD) & FD_CLOEXEC == 0
        }
        #expect(inherited.isEmpty)
        lock.release()
    }

    @Test func makesTheDirectory() throws {
        let nested = scratch.path + "/a/b"
        try StateLock(directory: nested).release()
        var status = stat()
        #expect(stat(nested, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o700)
        unlink(nested + "/lock")
        rmdir(nested)
        rmdir(scratch.path + "/a")
    }

    @Test func saysWhyADirectoryCannotBeUsed() throws {
        try write([], to: scratch.path + "/file")
        let directory = scratch.path + "/file/state"
        #expect(
            throws: StateLockError.unusable(
                "cannot open the lock of the state directory \(directory): Not a directory")
        ) { try StateLock(directory: directory).release() }
    }

    @Test func readsBackWhatItWrites() {
        let text = LockHeld.text(pid: 12, since: noon, command: ["slipway", "serve", "--config", "a\nb: c"])
        #expect(
            LockHeld(directory: "/state", text: text)
                == LockHeld(
                    directory: "/state", pid: 12, since: noon, command: "slipway serve --config a\\x0ab: c"))
    }

    @Test(arguments: ["", "pid: x\nsince: yesterday\n", "pid", ":::\n\n", "\u{0}\u{1}"])
    func takesWhatItCannotReadForUnknown(text: String) {
        let holder = LockHeld(directory: "/state", text: text)
        #expect(holder.pid == nil)
        #expect(holder.description == "the state directory /state is held by another process")
    }

    @Test func describesTheHolder() {
        let holder = LockHeld(directory: "/state", pid: 12, since: noon, command: "slipway serve")
        #expect(
            "\(StateLockError.held(holder))"
                == "the state directory /state is held by process 12 (slipway serve) since 2023-11-14T22:13:20.000Z")
    }
}
