import Crypto
import Testing

struct HMACTests {
    struct Vector: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let key: [UInt8]
        let message: [UInt8]
        let code: String
    }

    /// RFC 4231, section 4.
    @Test(arguments: [
        Vector(
            testDescription: "1", key: [UInt8](repeating: 0x0b, count: 20), message: Array("Hi There".utf8),
            code: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        Vector(
            testDescription: "2", key: Array("Jefe".utf8), message: Array("what do ya want for nothing?".utf8),
            code: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        Vector(
            testDescription: "3", key: [UInt8](repeating: 0xaa, count: 20),
            message: [UInt8](repeating: 0xdd, count: 50),
            code: "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        Vector(
            testDescription: "6, a key longer than a block", key: [UInt8](repeating: 0xaa, count: 131),
            message: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            code: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
    ])
    func isAsPublished(_ vector: Vector) {
        #expect(Hexadecimal.text(of: HMAC.sha256(key: vector.key, message: vector.message)) == vector.code)
    }

    @Test func comparesCodes() {
        let code = HMAC.sha256(key: [1], message: [2])
        #expect(HMAC.areEqual(code, code))
        #expect(HMAC.areEqual([], []))
        for place in code.indices {
            var other = code
            other[place] ^= 1
            #expect(!HMAC.areEqual(code, other))
        }
        #expect(!HMAC.areEqual(code, Array(code.dropLast())))
        #expect(!HMAC.areEqual(code, []))
    }

    @Test func manyThreadsGetTheSame() async {
        let expected = HMAC.sha256(key: [1, 2], message: [3])
        await withTaskGroup(of: Bool.self) { group in
            for number in 0..<8 {
                group.addTask {
                    (0..<2000).allSatisfy { round in
                        _ = HMAC.sha256(key: [UInt8(number)], message: [UInt8(truncatingIfNeeded: round)])
                        return HMAC.sha256(key: [1, 2], message: [3]) == expected
                    }
                }
            }
            for await isSame in group { #expect(isSame) }
        }
    }
}

struct HexadecimalTests {
    @Test func writesAndReads() {
        let all = (0...255).map { UInt8($0) }
        #expect(Hexadecimal.bytes(of: Hexadecimal.text(of: all)) == all)
        #expect(Hexadecimal.text(of: [0, 0x0f, 0xa0]) == "000fa0")
        #expect(Hexadecimal.bytes(of: "0FA0") == [0x0f, 0xa0])
    }

    @Test(arguments: ["0", "0g", "０a", "0x00", " 00", "00 "]) func refuses(_ text: String) {
        #expect(Hexadecimal.bytes(of: text) == nil)
    }
}

struct SHA256Tests {
    @Test func isAsPublished() {
        #expect(SHA256.hex(of: []) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        var running = SHA256()
        for byte in "abc".utf8 { running.update([byte]) }
        let digest = running.finalize()
        #expect(
            Hexadecimal.text(of: digest) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }
}
