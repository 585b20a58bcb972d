import Crypto
import FoundationEssentials
import Testing

@testable import Watcher

@Suite struct KnownHostsTests {
    private let key = Array("the key".utf8)
    private var line: String { "ssh-ed25519 \(Data(key).base64EncodedString())" }

    private func verdict(_ text: String, host: String = "example.com", port: Int = 22) -> KnownHosts.Verdict {
        KnownHosts(text).verdict(host: host, port: port, key: key)
    }

    @Test(arguments: [
        "example.com", "EXAMPLE.com", "other.org,example.com", "*.org,*.com", "exampl?.com", "*", "e*m*.c*",
        "10.0.0.1,example.com",
    ])
    func knowsHosts(pattern: String) { #expect(verdict("\(pattern) \(line) a comment") == .known) }

    @Test(arguments: ["example.org", "*.example.com", "example.com,!example.*", "[example.com]:22", "exampl", "?"])
    func doesNotKnowOthers(pattern: String) { #expect(verdict("\(pattern) \(line)") == .unknown) }

    @Test func knowsHostsByTheirHash() {
        let salt = Array("0123456789abcdefghij".utf8)
        func hashed(_ name: String) -> String {
            let hash = HMAC.sha1(key: salt, message: Array(name.utf8))
            return "|1|\(Data(salt).base64EncodedString())|\(Data(hash).base64EncodedString()) \(line)"
        }
        #expect(verdict(hashed("example.com")) == .known)
        #expect(verdict(hashed("example.org")) == .unknown)
        #expect(verdict(hashed("[example.com]:2222"), port: 2222) == .known)
        #expect(verdict("|1|x|y \(line)") == .unknown)
    }

    @Test func anotherPortIsAnotherHost() {
        #expect(verdict("[example.com]:2222 \(line)", port: 2222) == .known)
        #expect(verdict("example.com \(line)", port: 2222) == .unknown)
        #expect(verdict("::1 \(line)", host: "[::1]") == .known)
        #expect(verdict("[::1]:2222 \(line)", host: "[::1]", port: 2222) == .known)
    }

    @Test func saysWhenTheKeyIsAnother() {
        let other = "example.com ecdsa-sha2-nistp256 AAAA"
        #expect(verdict(other) == .different(kinds: ["ecdsa-sha2-nistp256"]))
        #expect(verdict(other + "\nexample.com \(line)\n") == .known)
    }

    @Test func aRevokedKeyIsNeverKnown() {
        #expect(verdict("example.com \(line)\n@revoked * \(line)") == .revoked)
    }

    @Test func linesThatAreNotUnderstoodArePassedOver() {
        let text = "# comment\n\n  \nexample.com\nexample.com ssh-rsa\n@cert-authority * \(line)\n"
        #expect(verdict(text) == .unknown)
        #expect(verdict(text + "\texample.com\t\(line)\r\n") == .known)
    }

    @Test func prefersTheKindsItKnowsButRSA() {
        let text = "example.com ssh-rsa AAAA\nexample.com \(line)\nother.org \(line)\n"
        #expect(KnownHosts(text).preference(host: "example.com", port: 22) == "example.com \(line)\n")
    }
}
