import Glibc
import TestSupport
import Testing

@testable import Lifecycle

/// What the file of one process tells the next; the signal handler itself is tested on the real program.
struct WitnessTableTests {
    let scratch: TemporaryDirectory
    let path: String

    init() throws {
        scratch = try TemporaryDirectory()
        path = scratch.path + "/in-hand"
    }

    /// A process that had these in hand; the file as it is when the process is no more.
    private func leave(_ names: [String], givingBack: Int = 0, isRunning: Bool = true) throws -> [Int32] {
        var table = try #require(WitnessTable(at: path))
        let slots = names.compactMap { table.take(for: $0) }
        for slot in slots.prefix(givingBack) { table.give(back: slot) }
        if !isRunning { table.writeHeader(isRunning: false) }
        close(table.descriptor)
        return slots
    }

    private func header() -> ArraySlice<UInt8> { ProcFile.bytes(at: path).prefix(512) }

    private func overwrite(_ bytes: [UInt8], at offset: Int) {
        let descriptor = open(path, O_WRONLY)
        _ = pwrite(descriptor, bytes, bytes.count, off_t(offset))
        close(descriptor)
    }

    @Test func nothingIsKnownWithoutAFileOrAfterAnOrderlyEnd() throws {
        #expect(WitnessTable.lastEnd(at: path) == .inOrder)
        _ = try leave(["project shop"], isRunning: false)
        #expect(WitnessTable.lastEnd(at: path) == .inOrder)
        try scratch.write("half a file", to: "in-hand")
        #expect(WitnessTable.lastEnd(at: path) == .inOrder)
    }

    @Test func aKilledProcessTellsWhatItHadInHand() throws {
        _ = try leave(["project done", "project shop", "environment shop/staging"], givingBack: 1)
        #expect(
            WitnessTable.lastEnd(at: path)
                == .killed(wantedMemory: false, inHand: ["project shop", "environment shop/staging"]))
    }

    @Test func aKillForWantOfMemoryIsToldApart() throws {
        _ = try leave(["project shop"])
        let header = String(decoding: self.header(), as: UTF8.self)
        let line = try #require(header.split(separator: "\n").first { $0.hasPrefix("memory kills: ") })
        // As if the kernel had killed once more since the process wrote down how often it had.
        let now = try #require(Int(line.dropFirst("memory kills: ".count)))
        let older = header.replacing(line, with: "memory kills: \(now - 1)")
        overwrite(Array(older.utf8.prefix(512)), at: 0)
        #expect(WitnessTable.lastEnd(at: path) == .killed(wantedMemory: true, inHand: ["project shop"]))
    }

    @Test func theMachinesEndIsNobodysFault() throws {
        _ = try leave(["project shop"])
        let header = String(decoding: self.header(), as: UTF8.self)
        let line = try #require(header.split(separator: "\n").first { $0.hasPrefix("boot: ") })
        overwrite(Array(header.replacing(line, with: "boot: another").utf8.prefix(512)), at: 0)
        #expect(WitnessTable.lastEnd(at: path) == .withTheMachine)
    }

    @Test func aCrashNamesTheObjectOfItsOwnTask() throws {
        let slots = try leave(["project shop", "environment shop/staging", "project blog"])
        for (slot, name) in [(slots[1], "environment shop/staging"), (CrashWitness.none, nil)] {
            var note = CrashNote(signal: SIGILL, slot: slot)
            overwrite(withUnsafeBytes(of: &note) { Array($0) }, at: WitnessTable.noteOffset)
            #expect(WitnessTable.lastEnd(at: path) == .crashed(signal: SIGILL, object: name))
        }
    }

    @Test func moreThanThereIsRoomForIsNotWitnessed() throws {
        var table = try #require(WitnessTable(at: path))
        let taken = (1...1025).map { table.take(for: "project p\($0)") }
        #expect(taken.prefix(1024).allSatisfy { $0 != nil })
        #expect(taken.last == .some(nil))
        table.give(back: 7)
        let again = table.take(for: "project one-more")
        #expect(again == 7)
        close(table.descriptor)
    }

    @Test func holdingCostsNothingWhereNobodyWitnesses() async throws {
        struct Broken: Error {}
        let value = await CrashWitness.holding("project shop") { () async in CrashWitness.slot }
        #expect(value == CrashWitness.none)
        await #expect(throws: Broken.self) { try await CrashWitness.holding("project shop") { throw Broken() } }
    }
}
