import Glibc
package import Model
import Synchronization

/// The output of one build in a file: its beginning and its end, however much there is in between.
///
/// The file never grows beyond its limit. When it is full, everything between its first quarter and its last half
/// goes, and a line says how much that is. Written by one thread at a time, read by any number of followers.
package final class BuildLog: Sendable {
    private struct State {
        var descriptor: Int32
        var size = 0
        var droppedBytes = 0
        /// How long the line is that says so.
        var noteLength = 0
        var isEnded = false
        var followers: [Int: Follower] = [:]
        var nextFollower = 0
    }

    private struct Follower {
        var offset: Int
        var waiting: CheckedContinuation<Void, Never>?
    }

    private let state: Mutex<State>
    private let byteLimit: Int
    /// Where the file is.
    package let path: String

    /// Begins a file, in place of one that may be there.
    package init(creatingAt path: String, byteLimit: Int) throws(StageFailure) {
        precondition(byteLimit >= 1024, "a log needs room for its beginning, its end and the line between")
        makeDirectory(above: path)
        let descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .logUnwritable(path, errno, words(of: errno)) }
        self.path = path
        self.byteLimit = byteLimit
        state = Mutex(State(descriptor: descriptor))
    }

    deinit { state.withLock { _ = close($0.descriptor) } }

    /// Adds output. What cannot be written is lost: a full disk must not fail the build.
    package func append(_ text: String) {
        let waiting = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            guard !state.isEnded else { return [] }
            var bytes = Array(text.utf8)[...]
            while !bytes.isEmpty {
                let piece = bytes.prefix(byteLimit / 8)
                bytes = bytes.dropFirst(piece.count)
                if state.size + piece.count > byteLimit { dropMiddle(&state) }
                write(Array(piece), &state)
            }
            return takeWaiting(&state)
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Ends the output: followers read what is left and return.
    package func end() {
        let waiting = state.withLock { state in
            state.isEnded = true
            return takeWaiting(&state)
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Hands over everything from the beginning and then what comes, until the output ends or the task is cancelled.
    package func follow(_ onPiece: ([UInt8]) async throws -> Void) async rethrows {
        let id = state.withLock { state in
            state.nextFollower += 1
            state.followers[state.nextFollower] = Follower(offset: 0)
            return state.nextFollower
        }
        defer { state.withLock { _ = $0.followers.removeValue(forKey: id) } }
        while let piece = await nextPiece(id) { try await onPiece(piece) }
    }

    private func nextPiece(_ id: Int) async -> [UInt8]? {
        while !Task.isCancelled {
            let (piece, isEnded) = state.withLock { state -> ([UInt8], Bool) in
                let offset = state.followers[id]?.offset ?? 0
                let piece = read(state.descriptor, at: offset)
                state.followers[id]?.offset = offset + piece.count
                return (piece, state.isEnded)
            }
            if !piece.isEmpty { return piece }
            if isEnded { return nil }
            await waitForMore(id)
        }
        return nil
    }

    private func waitForMore(_ id: Int) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let hasMore = state.withLock { state in
                    let offset = state.followers[id]?.offset ?? 0
                    if offset < state.size || state.isEnded || Task.isCancelled { return true }
                    state.followers[id]?.waiting = continuation
                    return false
                }
                if hasMore { continuation.resume() }
            }
        } onCancel: {
            let waiting = state.withLock { state in
                defer { state.followers[id]?.waiting = nil }
                return state.followers[id]?.waiting
            }
            waiting?.resume()
        }
    }

    private func takeWaiting(_ state: inout State) -> [CheckedContinuation<Void, Never>] {
        var waiting: [CheckedContinuation<Void, Never>] = []
        for id in Array(state.followers.keys) {
            if let continuation = state.followers[id]?.waiting { waiting.append(continuation) }
            state.followers[id]?.waiting = nil
        }
        return waiting
    }

    private func write(_ bytes: [UInt8], _ state: inout State) {
        let count = pwrite(state.descriptor, bytes, bytes.count, off_t(state.size))
        if count > 0 { state.size += count }
    }

    /// Makes room: keeps the first quarter and the last half, with a line between that says what is gone.
    private func dropMiddle(_ state: inout State) {
        let headEnd = byteLimit / 4
        // Pieces are an eighth at most, so this is behind the head and the line that may be there already.
        var oldTailStart = state.size - byteLimit / 2
        var tail: [UInt8] = []
        while oldTailStart + tail.count < state.size {
            let piece = read(state.descriptor, at: oldTailStart + tail.count)
            if piece.isEmpty { break }
            tail += piece
        }
        // The tail begins with a whole line.
        let lineStart = tail.firstIndex(of: 0x0a).map { $0 + 1 } ?? 0
        tail.removeFirst(lineStart)
        oldTailStart += lineStart
        state.droppedBytes += oldTailStart - headEnd - state.noteLength
        ftruncate(state.descriptor, off_t(headEnd))
        state.size = headEnd
        write(Array("\n… \(state.droppedBytes) bytes are left out here …\n".utf8), &state)
        state.noteLength = state.size - headEnd
        for (id, follower) in state.followers where follower.offset > headEnd {
            // Who has read into the tail goes on there; who was in the part that is gone reads the line first.
            let isInTail = follower.offset >= oldTailStart
            state.followers[id]?.offset = isInTail ? state.size + follower.offset - oldTailStart : headEnd
        }
        write(tail, &state)
    }
}

/// The next 64 KiB of a file from an offset; empty at its end.
func read(_ descriptor: Int32, at offset: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 64 << 10) { buffer, count in
        count = max(0, pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset)))
    }
}

/// What a number of errno(3) means.
func words(of number: Int32) -> String { String(cString: strerror(number)) }

/// Makes the directories that lead to a file; whether they are there shows when the file is opened.
private func makeDirectory(above path: String) {
    var end = path.startIndex
    while let slash = path[end...].dropFirst().firstIndex(of: "/") {
        mkdir(String(path[..<slash]), 0o700)
        end = slash
    }
}
