import Crypto
import TestSupport
import Testing

/// Signatures by RS256, verified by openssl(1).
@Suite struct RSAPrivateKeyTests {
    private let message = Array("header.claims".utf8)

    @Test(arguments: [true, false])
    func whatItSignsIsTakenForItsOwn(_ isTraditional: Bool) throws {
        let key = try TestKey(isTraditional: isTraditional)
        let signature = try RSAPrivateKey(pem: Array(key.pem.utf8)).signature(of: message)
        #expect(signature.count == 256)
        #expect(key.verifies(signature, of: message))
        #expect(!key.verifies(signature, of: message + [0]))
        #expect(!(try TestKey().verifies(signature, of: message)))
    }

    @Test func anEmptyMessageCanBeSigned() throws {
        let key = try TestKey()
        let signature = try RSAPrivateKey(pem: Array(key.pem.utf8)).signature(of: [])
        #expect(key.verifies(signature, of: []))
    }

    private func refusal(of pem: String) -> CryptoError? {
        do throws(CryptoError) {
            _ = try RSAPrivateKey(pem: Array(pem.utf8)).signature(of: message)
            return nil
        } catch {
            return error
        }
    }

    @Test func whatIsNoRSAKeyIsRefusedInWords() throws {
        #expect(refusal(of: "")?.message == "it is no private key in PEM without a passphrase")
        #expect(refusal(of: "nonsense")?.call == "PEM_read_bio_PrivateKey")
        let small = try TestKey(bits: 1024)
        #expect(refusal(of: small.pem)?.message == "it has fewer than 2048 bits")
        let curve = try TestKey.openssl(["ecparam", "-name", "prime256v1", "-genkey", "-noout"])
        #expect(refusal(of: curve)?.message == "it is no RSA key")
        // A key with a passphrase is refused, not asked about on the terminal.
        let key = try TestKey()
        let locked = try TestKey.openssl(["pkcs8", "-topk8", "-passout", "pass:secret", "-in", key.path])
        #expect(refusal(of: locked)?.call == "PEM_read_bio_PrivateKey")
        #expect(refusal(of: String(try TestKey().pem.prefix(400)))?.call == "PEM_read_bio_PrivateKey")
    }

    @Test func aThousandKeysLeakNothing() throws {
        let pem = Array(try TestKey().pem.utf8)
        for _ in 0..<1000 { _ = try RSAPrivateKey(pem: pem) }
        for _ in 0..<1000 { #expect(refusal(of: "nonsense") != nil) }
    }
}
