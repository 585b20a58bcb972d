import Config
import Glibc
import Model
import Testing

struct SecretSourceTests {
    private final class Directory {
        let path: String

        init() throws {
            var template = Array("/tmp/slipway-config-XXXXXX".utf8CString)
            guard mkdtemp(&template) != nil else { throw ReferenceFiles.Missing(path: "/tmp") }
            path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }

        func write(_ name: String, _ bytes: [UInt8], mode: mode_t) -> String {
            let file = "\(path)/\(name)"
            let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
            _ = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            fchmod(descriptor, mode)
            close(descriptor)
            return file
        }

        deinit {
            for name in ["a", "b", "c"] { unlink("\(path)/\(name)") }
            rmdir(path)
        }
    }

    @Test(arguments: [("s3cret", "s3cret"), ("s3cret\n", "s3cret"), ("s3cret\r\n", "s3cret"), ("a\n\n", "a\n")])
    func readsAFileWithoutItsLastNewline(content: String, secret: String) throws {
        let directory = try Directory()
        let file = directory.write("a", Array(content.utf8), mode: 0o600)
        #expect(try SecretSource.file(file).load() == Secret(secret))
    }

    @Test func refusesFilesThatEverybodyCanRead() throws {
        let directory = try Directory()
        let file = directory.write("a", Array("x".utf8), mode: 0o644)
        let error = #expect(throws: ConfigError.self) { try SecretSource.file(file).load() }
        #expect(error?.description == "\(file): can be read by everybody on this machine; chmod 0600 \(file)")
    }

    @Test func saysWhyAFileIsNoSecret() throws {
        let directory = try Directory()
        #expect(throws: ConfigError.self) { try SecretSource.file(directory.path).load() }
        #expect(throws: ConfigError.self) { try SecretSource.file(directory.path + "/none").load() }
        let empty = directory.write("a", [0x0a], mode: 0o600)
        #expect(throws: ConfigError.self) { try SecretSource.file(empty).load() }
        let binary = directory.write("b", [0xff, 0xfe], mode: 0o600)
        #expect(throws: ConfigError.self) { try SecretSource.file(binary).load() }
        let long = directory.write("c", [UInt8](repeating: 0x61, count: 65 << 10), mode: 0o600)
        #expect(throws: ConfigError.self) { try SecretSource.file(long).load() }
    }

    @Test func doesNotHangOnANamedPipe() throws {
        let directory = try Directory()
        let file = directory.path + "/a"
        #expect(mkfifo(file, 0o600) == 0)
        let error = #expect(throws: ConfigError.self) { try SecretSource.file(file).load() }
        #expect(error?.problems.first?.message == "is no regular file")
    }

    @Test func loadsEachKindOfCredential() throws {
        let directory = try Directory()
        let secret = directory.write("a", Array("s3cret\n".utf8), mode: 0o640)
        let hosts = directory.write("b", Array("h ssh-ed25519 AAAA\n".utf8), mode: 0o644)
        #expect(try CredentialSource.none.load() == RemoteCredential.none)
        #expect(try CredentialSource.token(user: nil, .file(secret)).load() == .token(Secret("s3cret")))
        #expect(try CredentialSource.token(user: "u", .file(secret)).load() == .password(user: "u", Secret("s3cret")))
        #expect(
            try CredentialSource.password(user: "u", .file(secret)).load() == .password(user: "u", Secret("s3cret")))
        #expect(
            try CredentialSource.sshKey(.file(secret), passphrase: nil, knownHosts: hosts).load()
                == .sshKey(privateKey: Secret("s3cret\n"), passphrase: nil, knownHosts: "h ssh-ed25519 AAAA\n"))
    }

    @Test func listsTheSecretsThatCannotBeRead() throws {
        let project = Configuration.Project(
            name: try #require(ProjectName("a")), repository: try RemoteAddress(parsing: "https://h/a"),
            credential: .token(user: nil, .file("/nowhere/token")), webhookSecrets: [.file("/nowhere/hook")])
        let problems = Configuration(projects: [project], surroundings: Reading.root).secretProblems()
        #expect(problems.map(\.file) == ["/nowhere/token", "/nowhere/hook"])
        #expect(problems.map(\.path) == ["project a", "project a"])
    }

    @Test func refusesAConfigurationThatEverybodyCanChange() throws {
        let directory = try Directory()
        let file = directory.write("a", Array("projects: []\n".utf8), mode: 0o646)
        let error = #expect(throws: ConfigError.self) { try ConfigurationReader.load(path: file) }
        #expect(error?.problems.first?.message == "can be changed by everybody on this machine")
        let sound = directory.write("b", Array("projects: []\n".utf8), mode: 0o644)
        #expect(
            try ConfigurationReader.load(path: sound, surroundings: Reading.root) == .init(surroundings: Reading.root))
    }

    @Test func saysThatAConfigurationIsNotThere() {
        let error = #expect(throws: ConfigError.self) { try ConfigurationReader.load(path: "/nowhere/config.yml") }
        #expect(error?.description == "/nowhere/config.yml: cannot be read: No such file or directory; check the path")
    }
}
