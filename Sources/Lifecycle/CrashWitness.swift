import Glibc
import Synchronization

/// Remembers beyond a crash what the daemon had in hand.
///
/// While a body runs under ``holding(_:_:)``, the name of what it works on stands in a slot of a file; writing it is
/// one pwrite(2) into the page cache, which outlives the process, though not the machine's power: that is no crash of
/// ours. A trap is caught by a handler (see `CrashSignals.swift`) that notes the slot of the very task that trapped, so
/// that what else was in hand is not blamed. Before ``begin(at:)``, in tests and in verbs, holding costs and does nothing.
package enum CrashWitness {
    /// No slot.
    static var none: Int32 { -1 }

    /// The slot of the surrounding task.
    @TaskLocal package static var slot: Int32 = none

    private static let table = Mutex<WitnessTable?>(nil)
    /// Whether ``begin(at:)`` was called: looked at before each piece of work.
    private static let isOn = Atomic(false)

    /// Reads how the last process that used the file ended, and begins to witness this one. To be called once.
    ///
    /// Where the file cannot be written, nothing is witnessed, and the daemon works as ever.
    package static func begin(at path: String) -> LastEnd {
        let last = WitnessTable.lastEnd(at: path)
        guard let made = WitnessTable(at: path) else { return last }
        CrashSignals.watch(descriptor: made.descriptor)
        table.withLock { $0 = made }
        isOn.store(true, ordering: .releasing)
        return last
    }

    /// Notes that the process ends in order.
    package static func end() { table.withLock { $0?.writeHeader(isRunning: false) } }

    /// Notes afresh how often the kernel has killed for want of memory, so that older kills are not taken for ours.
    package static func refresh() { table.withLock { $0?.writeHeader(isRunning: true) } }

    /// Runs the body as work on an object: should the process crash in it, the next one knows the object's name.
    ///
    /// Of objects that are held within one another, the innermost is blamed.
    package static func holding<Value, Failure: Error>(
        _ object: @autoclosure () -> String, _ body: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        guard isOn.load(ordering: .acquiring) else { return try await body() }
        let name = object()
        let taken = table.withLock { $0?.take(for: name) } ?? none
        AlternateStack.ensure()
        let result: Result<Value, Failure> = await $slot.withValue(taken) {
            Poison.takeEffect(on: name)
            do throws(Failure) { return .success(try await body()) } catch { return .failure(error) }
        }
        if taken != none { table.withLock { $0?.give(back: taken) } }
        return try result.get()
    }

    /// The same for a body that runs on the calling thread alone, whether or not that belongs to a task.
    package static func holding<Value>(_ object: @autoclosure () -> String, here body: () -> Value) -> Value {
        guard isOn.load(ordering: .acquiring) else { return body() }
        let name = object()
        let taken = table.withLock { $0?.take(for: name) } ?? none
        defer { if taken != none { table.withLock { $0?.give(back: taken) } } }
        return carrying(taken) {
            Poison.takeEffect(on: name)
            return body()
        }
    }

    /// Runs a body on a thread that belongs to no task as work of the task that handed in its slot.
    static func carrying<Value, Failure: Error>(
        _ slot: Int32, _ body: () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        guard slot != none else { return try body() }
        AlternateStack.ensure()
        ThreadSlot.set(slot)
        defer { ThreadSlot.set(none) }
        return try body()
    }
}

/// How the process before this one ended.
package enum LastEnd: Sendable, Hashable {
    /// In order, or there was none.
    case inOrder
    /// By a trap or an abort of its own, in work on that object; nil: in none that is known.
    case crashed(signal: Int32, object: String?)
    /// Killed from outside while this was in hand.
    ///
    /// - Parameter wantedMemory: the kernel has killed for want of memory meanwhile.
    case killed(wantedMemory: Bool, inHand: [String])
    /// With the machine.
    case withTheMachine
}

/// The file behind ``CrashWitness``: a header, what the signal handler notes, and the slots.
struct WitnessTable {
    /// Open for as long as the process lives: the signal handler uses it.
    let descriptor: Int32
    private var idle: [Int32]

    /// How many objects can be in hand at once; more are not witnessed.
    private static let slots: Int32 = 1024
    static var slotBytes: Int { 256 }
    static var noteOffset: Int { 512 }
    static var slotsOffset: Int { 1024 }
    private static let headerBytes = 512
    private static var byteCount: Int { slotsOffset + Int(slots) * slotBytes }

    /// Makes the file anew, with room for all of it: later writes must not fail on a full disk.
    init?(at path: String) {
        let opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard opened >= 0 else { return nil }
        guard ftruncate(opened, 0) == 0, posix_fallocate(opened, 0, Self.byteCount) == 0 else {
            close(opened)
            return nil
        }
        descriptor = opened
        // The lowest first: few pages are ever touched.
        idle = (0..<Self.slots).reversed()
        writeHeader(isRunning: true)
    }

    func writeHeader(isRunning: Bool) {
        let text = """
            slipway in hand 1
            state: \(isRunning ? "running" : "ended")
            boot: \(Self.boot)
            memory kills: \(Self.memoryKills)

            """
        write(Array(text.utf8.prefix(Self.headerBytes)), at: 0)
    }

    mutating func take(for name: String) -> Int32? {
        guard let slot = idle.popLast() else { return nil }
        let bytes = Array(name.utf8.prefix(Self.slotBytes - 2))
        write([1, UInt8(bytes.count)] + bytes, at: Self.slotsOffset + Int(slot) * Self.slotBytes)
        return slot
    }

    mutating func give(back slot: Int32) {
        write([0], at: Self.slotsOffset + Int(slot) * Self.slotBytes)
        idle.append(slot)
    }

    private func write(_ bytes: [UInt8], at offset: Int) { _ = pwrite(descriptor, bytes, bytes.count, off_t(offset)) }

    // What was left

    static func lastEnd(at path: String) -> LastEnd {
        guard let bytes = FilePiece.bytes(at: path, limit: byteCount), bytes.count == byteCount else { return .inOrder }
        let header = String(decoding: bytes[..<headerBytes].prefix { $0 != 0 }, as: UTF8.self)
        var fields: [Substring: Substring] = [:]
        for line in header.split(separator: "\n") {
            guard let colon = line.firstIndex(of: ":") else { continue }
            fields[line[..<colon]] = line[colon...].dropFirst(2)
        }
        guard fields["state"] == "running" else { return .inOrder }
        func number(_ offset: Int) -> Int32 {
            bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: Int32.self) }
        }
        if number(noteOffset) == CrashNote.mark {
            let slot = number(noteOffset + 8)
            let isKnown = (0..<slots).contains(slot)
            return .crashed(signal: number(noteOffset + 4), object: isKnown ? name(in: slot, of: bytes) : nil)
        }
        guard fields["boot"] == Substring(boot) else { return .withTheMachine }
        let inHand = (0..<slots).compactMap { slot in
            bytes[slotsOffset + Int(slot) * slotBytes] == 1 ? name(in: slot, of: bytes) : nil
        }
        let before = fields["memory kills"].flatMap { Int($0) } ?? memoryKills
        return .killed(wantedMemory: memoryKills > before, inHand: inHand)
    }

    private static func name(in slot: Int32, of bytes: [UInt8]) -> String? {
        let start = slotsOffset + Int(slot) * slotBytes
        let count = Int(bytes[start + 1])
        return count == 0 ? nil : String(decoding: bytes[(start + 2)..<(start + 2 + min(count, 254))], as: UTF8.self)
    }

    /// Another one after each start of the machine: random(4).
    private static var boot: String {
        FilePiece.text(at: "/proc/sys/kernel/random/boot_id", limit: 64).trimmingNewline()
    }

    /// How often the kernel has killed for want of memory, of the machine or of a control group: `oom_kill` in /proc/vmstat.
    private static var memoryKills: Int {
        let text = FilePiece.text(at: "/proc/vmstat", limit: 1 << 16)
        let line = text.split(separator: "\n").first { $0.hasPrefix("oom_kill ") }
        return line.flatMap { Int($0.dropFirst("oom_kill ".count)) } ?? 0
    }
}

/// The beginning of a small file.
private enum FilePiece {
    static func bytes(at path: String, limit: Int) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var result: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while result.count < limit {
            let count = read(descriptor, &buffer, min(buffer.count, limit - result.count))
            guard count > 0 else { break }
            result += buffer[..<count]
        }
        return result
    }

    static func text(at path: String, limit: Int) -> String {
        String(decoding: bytes(at: path, limit: limit) ?? [], as: UTF8.self)
    }
}

extension String {
    fileprivate func trimmingNewline() -> String { String(prefix { $0 != "\n" }) }
}
