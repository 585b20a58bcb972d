import Glibc
import Subprocess
import Testing

@Suite struct SpawnDetachedTests {
    @Test func runsInASessionOfItsOwnAndAppendsToItsLog() throws {
        var template = Array("/tmp/slipway-test.XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { unlink(path) }
        try #require(write(descriptor, "before\n", 7) == 7)

        // Its session has its own number: field 6 of proc(5)'s stat; field 1 is its process.
        let script = "echo out; echo err >&2; read pid comm state parent group session rest < /proc/$$/stat; "
        let command = Command(
            executable: "/bin/sh", arguments: ["-c", script + "echo $((pid == session)); exit 3"])
        let pid = try Spawn.detached(command, logPath: path)
        #expect(pid > 0)

        // Reaped by no one but us: when its number is free, there is no zombie.
        while kill(pid, 0) == 0 { sched_yield() }
        var buffer = [UInt8](repeating: 0, count: 100)
        let count = pread(descriptor, &buffer, buffer.count, 0)
        #expect(String(decoding: buffer.prefix(max(0, count)), as: UTF8.self) == "before\nout\nerr\n1\n")
    }

    @Test func namesALogThatCannotBeWritten() {
        #expect(throws: SpawnError(code: ENOENT, call: "open", message: "/nonexistent/log: No such file or directory"))
        {
            try Spawn.detached(Command(executable: "/bin/true"), logPath: "/nonexistent/log")
        }
    }
}
