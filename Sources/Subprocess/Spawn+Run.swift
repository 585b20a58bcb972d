import Glibc

extension Spawn {
    /// Runs a command to its end: writes its input, gathers both its outputs, and waits.
    ///
    /// Blocks the calling thread. The process and those it started are killed at the deadline, which throws
    /// `ETIMEDOUT`, when `termination` is raised, which throws `ECANCELED`, and when it has said nothing at all for as long
    /// as `silence`, which throws `ETIME`.
    ///
    /// - Parameters:
    ///   - outputLimit: how many bytes of each output are kept; the rest is read and dropped.
    ///   - silence: for programs that show that they live by writing something now and then.
    package static func run(
        _ command: Command, input: [UInt8] = [], outputLimit: Int,
        deadline: ContinuousClock.Instant? = nil, silence: Duration? = nil, termination: Termination? = nil
    ) throws(SpawnError) -> Completed {
        if termination?.isRaised == true { throw .failed("posix_spawn", ECANCELED, of: command.executable) }
        var conversation = try Conversation(command, input: input, outputLimit: outputLimit, termination: termination)
        let cause = conversation.hold(until: deadline, silence: silence)
        let completed = conversation.finish()
        if let cause { throw .failed("poll", cause, of: command.executable) }
        if termination?.isRaised == true { throw .failed("kill", ECANCELED, of: command.executable) }
        return completed
    }
}

/// One running process and the descriptors between it and us.
private struct Conversation: ~Copyable {
    private let process: Running
    private var input: InputEnd
    private var output: OutputEnd
    private var errorOutput: OutputEnd
    private let termination: Termination?

    init(
        _ command: Command, input bytes: [UInt8], outputLimit: Int, termination: Termination?
    ) throws(SpawnError) {
        let inputEnds = try PipeEnds.sockets()
        let outputEnds = try PipeEnds.pipe()
        let errorEnds = try PipeEnds.pipe()
        process = try Running(
            Spawn.start(
                command, input: inputEnds.reading.raw, output: outputEnds.writing.raw,
                errorOutput: errorEnds.writing.raw, membership: .ownGroup))
        termination?.adopt(process.pid)
        self.termination = termination
        input = InputEnd(inputEnds.writing, bytes: bytes, staysOpen: command.keepsInputOpen)
        output = OutputEnd(outputEnds.reading, limit: outputLimit)
        errorOutput = OutputEnd(errorEnds.reading, limit: outputLimit)
    }

    /// Moves bytes until the process has ended. Returns why it was killed, if it was for its time or its silence.
    mutating func hold(until deadline: ContinuousClock.Instant?, silence: Duration?) -> Int32? {
        var cause: Int32?
        var silenceEnds = silence.map { ContinuousClock.now + $0 }
        while true {
            var polled = [
                pollfd(fd: process.ended.raw, events: Int16(POLLIN), revents: 0),
                pollfd(fd: input.polled, events: Int16(POLLOUT), revents: 0),
                pollfd(fd: output.polled, events: Int16(POLLIN), revents: 0),
                pollfd(fd: errorOutput.polled, events: Int16(POLLIN), revents: 0),
            ]
            let next = [deadline, silenceEnds].compactMap { $0 }.min()
            let timeout = cause == nil ? milliseconds(until: next) : -1
            let count = poll(&polled, nfds_t(polled.count), timeout)
            if count < 0, errno != EINTR { preconditionFailure("poll(2) refused its arguments: \(errno)") }
            if polled[1].revents != 0 { input.push() }
            if polled[2].revents != 0 { output.pull() }
            if polled[3].revents != 0 { errorOutput.pull() }
            if let silence, polled[2].revents | polled[3].revents != 0 { silenceEnds = .now + silence }
            // A grandchild may hold the outputs open: what counts is the process itself.
            if count > 0, polled[0].revents != 0 { return cause }
            if cause == nil, let next, next <= .now, next == deadline || next == silenceEnds {
                cause = next == deadline ? ETIMEDOUT : ETIME
                kill(-process.pid, SIGKILL)
            }
        }
    }

    /// Takes what is left in the pipes and the exit status.
    consuming func finish() -> Completed {
        output.pull()
        errorOutput.pull()
        termination?.release()
        let status = Spawn.reap(process.pid)
        return Completed(
            status: status, output: output.bytes, errorOutput: errorOutput.bytes,
            isTruncated: output.isTruncated || errorOutput.isTruncated)
    }

    private func milliseconds(until deadline: ContinuousClock.Instant?) -> Int32 {
        guard let deadline else { return -1 }
        let left = ContinuousClock.now.duration(to: deadline).components
        guard left.seconds >= 0, left.attoseconds >= 0 else { return 0 }
        // Rounded up, so that a poll that ran out is never too early.
        let milliseconds = min(left.seconds, 86_400) * 1000 + left.attoseconds / 1_000_000_000_000_000 + 1
        return Int32(milliseconds)
    }
}

/// A process that was started and what tells us that it ended.
private struct Running: ~Copyable {
    let pid: pid_t
    let ended: Descriptor

    /// Kills the process if it cannot be watched.
    init(_ pid: pid_t) throws(SpawnError) {
        self.pid = pid
        do {
            ended = try .ofProcess(pid)
        } catch {
            kill(-pid, SIGKILL)
            _ = Spawn.reap(pid)
            throw error
        }
    }
}

/// Our end of a child's standard input.
private struct InputEnd: ~Copyable {
    private var end: Descriptor?
    private var rest: ArraySlice<UInt8>
    private let staysOpen: Bool

    init(_ end: consuming Descriptor, bytes: [UInt8], staysOpen: Bool) {
        end.setNonBlocking()
        self.end = consume end
        rest = bytes[...]
        self.staysOpen = staysOpen
        push()
    }

    /// What to poll; -1, which poll(2) ignores, when there is nothing to write.
    var polled: Int32 {
        switch end {
        case .some(let end): rest.isEmpty ? -1 : end.raw
        case .none: -1
        }
    }

    mutating func push() {
        guard let open = end.take() else { return }
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(open.raw, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                break
            } else if errno != EINTR {
                // The child does not want to read it all. Its exit status tells the rest.
                rest = []
            }
        }
        if !rest.isEmpty || staysOpen { end = consume open }
    }
}

/// Our end of one of a child's outputs.
private struct OutputEnd: ~Copyable {
    private var end: Descriptor?
    private let limit: Int
    private(set) var bytes: [UInt8] = []
    private(set) var isTruncated = false

    init(_ end: consuming Descriptor, limit: Int) {
        end.setNonBlocking()
        self.end = consume end
        self.limit = limit
    }

    /// What to poll; -1, which poll(2) ignores, when the end of file was read.
    var polled: Int32 {
        switch end {
        case .some(let end): end.raw
        case .none: -1
        }
    }

    /// Reads what there is now; not for ever, should the writer be as fast as we are.
    mutating func pull() {
        guard let open = end.take() else { return }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        for _ in 0..<Self.readsAtOnce {
            let count = read(open.raw, &buffer, buffer.count)
            if count > 0 {
                let kept = min(count, limit - bytes.count)
                bytes += buffer[..<kept]
                if kept < count { isTruncated = true }
            } else if count == 0 {
                return
            } else if errno != EINTR {
                if errno == EAGAIN { end = consume open }
                return
            }
        }
        end = consume open
    }

    /// Enough for a full pipe (pipe(7): 64 KiB, 1 MiB at most).
    private static let readsAtOnce = 17
}
