import Glibc
import Subprocess
import Testing

@Suite struct SpawnRunTests {
    private func shell(_ script: String) -> Command { Command(executable: "/bin/sh", arguments: ["-c", script]) }

    @Test func gathersBothOutputsAndTheStatus() throws {
        let completed = try Spawn.run(shell("echo out; echo err >&2; exit 7"), outputLimit: 100)
        #expect(completed.output == Array("out\n".utf8))
        #expect(completed.errorOutput == Array("err\n".utf8))
        #expect(completed.status == .exited(7))
        #expect(!completed.isTruncated)
    }

    @Test func writesAnInputLargerThanAnyPipe() throws {
        let input = [UInt8](repeating: 0x61, count: 3_000_000)
        let completed = try Spawn.run(
            Command(executable: "/bin/cat"), input: input, outputLimit: input.count)
        #expect(completed.output == input)
        #expect(completed.status.isSuccess)
    }

    @Test func dropsWhatIsBeyondTheLimit() throws {
        let completed = try Spawn.run(shell("head -c 1000000 /dev/zero; echo done >&2"), outputLimit: 10)
        #expect(completed.output.count == 10)
        #expect(completed.errorOutput == Array("done\n".utf8))
        #expect(completed.isTruncated)
    }

    @Test func doesNotDieOfAChildThatReadsNothing() throws {
        let completed = try Spawn.run(
            Command(executable: "/bin/true"), input: [UInt8](repeating: 0, count: 3_000_000), outputLimit: 0)
        #expect(completed.status.isSuccess)
    }

    @Test func passesOnNoneOfOurEnvironment() throws {
        let command = Command(executable: "/usr/bin/env", environment: ["A": "b c", "D": ""])
        let completed = try Spawn.run(command, outputLimit: 1000)
        #expect(String(decoding: completed.output, as: UTF8.self) == "A=b c\nD=\n")
    }

    @Test func passesOnNoneOfOurDescriptors() throws {
        let descriptor = open("/dev/null", O_RDONLY)
        defer { close(descriptor) }
        // ls opens a descriptor of its own for the directory.
        let completed = try Spawn.run(
            Command(executable: "/bin/ls", arguments: ["/proc/self/fd"]), outputLimit: 1000)
        #expect(String(decoding: completed.output, as: UTF8.self) == "0\n1\n2\n3\n")
    }

    @Test func runsWhereItIsTold() throws {
        let completed = try Spawn.run(
            Command(executable: "/bin/pwd", workingDirectory: "/usr"), outputLimit: 1000)
        #expect(completed.output == Array("/usr\n".utf8))
    }

    @Test func reportsTheSignalThatEndedTheProcess() throws {
        #expect(try Spawn.run(shell("kill -TERM $$"), outputLimit: 0).status == .signalled(SIGTERM))
    }

    @Test func namesAProgramThatIsNotThere() {
        let error = SpawnError(
            code: ENOENT, call: "posix_spawn", message: "/nonexistent: No such file or directory")
        #expect(throws: error) { try Spawn.run(Command(executable: "/nonexistent"), outputLimit: 0) }
    }

    @Test func killsTheProcessAndItsChildrenAtTheDeadline() throws {
        // The grandchild holds the output open: were it not killed, its end would be waited for nowhere.
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        defer { close(ends[0]) }
        let path = "/proc/\(getpid())/fd/\(ends[1])"
        let error = #expect(throws: SpawnError.self) {
            try Spawn.run(
                shell("sleep 1000 > \(path) & sleep 1000"), outputLimit: 0, deadline: .now + .milliseconds(200))
        }
        #expect(error?.isTimeout == true)
        close(ends[1])
        // The end of file comes only when no process has the other end.
        var polled = pollfd(fd: ends[0], events: Int16(POLLIN), revents: 0)
        #expect(poll(&polled, 1, 5000) == 1)
    }

    @Test func isEndedFromAnotherThread() {
        let termination = Termination()
        var thread = pthread_t()
        let context = Unmanaged.passRetained(termination)
        pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<Termination>.fromOpaque(context).takeRetainedValue().terminate()
                return nil
            }, context.toOpaque())
        defer { pthread_join(thread, nil) }
        let error = #expect(throws: SpawnError.self) {
            try Spawn.run(shell("sleep 1000"), outputLimit: 0, termination: termination)
        }
        #expect(error?.isCancelled == true)
    }

    @Test func startsNothingOnceItIsNoLongerWanted() {
        let termination = Termination()
        termination.terminate()
        let error = #expect(throws: SpawnError.self) {
            try Spawn.run(shell("sleep 1000"), outputLimit: 0, termination: termination)
        }
        #expect(error?.isCancelled == true)
    }

    @Test func keepsTheInputOpenWhereAsked() throws {
        var command = shell("read line; echo $line; timeout 0.2 cat; echo $?")
        command.keepsInputOpen = true
        let completed = try Spawn.run(command, input: Array("hello\n".utf8), outputLimit: 100)
        // timeout(1) ended it: it was still waiting for the end of its input.
        #expect(completed.output == Array("hello\n124\n".utf8))
    }

    @Test func leaksNoDescriptors() throws {
        func descriptors() throws -> Int {
            var count = 0
            let directory = try #require(opendir("/proc/self/fd"))
            defer { closedir(directory) }
            while readdir(directory) != nil { count += 1 }
            return count
        }
        for _ in 0..<3 { _ = try Spawn.run(Command(executable: "/bin/true"), outputLimit: 0) }
        let before = try descriptors()
        for _ in 0..<100 {
            _ = try Spawn.run(Command(executable: "/bin/true"), outputLimit: 0)
            _ = try? Spawn.run(Command(executable: "/nonexistent"), outputLimit: 0)
        }
        // Other tests of this process open and close descriptors meanwhile.
        #expect(try descriptors() < before + 50)
    }
}
