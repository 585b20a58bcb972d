/// What a stream's writer has written and its reader has not taken yet: bounded.
struct StreamBuffer {
    /// Most bytes that may wait.
    let byteLimit: Int
    private var bytes: [UInt8] = []
    private var taken = 0
    /// Whether nothing more will be written.
    private(set) var isFinished = false
    /// Whether the stream is broken off: what waits is not sent any more.
    private(set) var isBroken = false

    init(byteLimit: Int) { self.byteLimit = byteLimit }

    var count: Int { bytes.count - taken }

    /// Takes the bytes in; when they do not fit, the reader is too slow and the stream is broken off.
    mutating func append(_ more: [UInt8]) -> Bool {
        guard !isFinished, !isBroken else { return false }
        guard count + more.count <= byteLimit else {
            breakOff()
            return false
        }
        if taken == bytes.count {
            bytes.removeAll(keepingCapacity: bytes.capacity <= 64 * 1024)
            taken = 0
        } else if taken > bytes.count / 2 {
            bytes.removeFirst(taken)
            taken = 0
        }
        bytes.append(contentsOf: more)
        return true
    }

    mutating func finish() { isFinished = true }

    mutating func breakOff() {
        isBroken = true
        bytes = []
        taken = 0
    }

    /// Moves as many bytes as there are and fit; returns how many.
    mutating func move(to destination: UnsafeMutableRawBufferPointer) -> Int {
        let length = min(destination.count, count)
        guard length > 0 else { return 0 }
        bytes.withUnsafeBytes { source in
            destination.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[taken..<taken + length]))
        }
        taken += length
        return length
    }
}
