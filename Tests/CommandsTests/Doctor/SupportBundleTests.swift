import FoundationEssentials
import Glibc
import Subprocess
import TestSupport
import Testing

@testable import Commands

/// I-9: canaries planted wherever secrets are kept appear nowhere in a support archive, and plain facts do.
struct SupportBundleTests {
    private let directory: TemporaryDirectory
    private let printed = Printed()

    private static let canaries = [
        "token-canary-8f3a", "hook-canary-77c1", "registry-canary-51d0", "variable-canary-19be", "url-canary-e4c2",
        "proxy-canary-02ab",
    ]

    init() throws {
        directory = try TemporaryDirectory()
        for (name, secret) in zip(["token", "hook", "registry"], Self.canaries) {
            chmod(try directory.write(secret + "\n", to: name), 0o600)
        }
        try directory.write(
            """
            state: \(directory.path)/state
            socket: \(directory.path)/slipway.sock
            runtime: { socket: \(directory.path)/engine.sock }
            registries: [{ host: registry.example.com, user: ada, password: { file: \(directory.path)/registry } }]
            projects:
              - name: shop
                repository: http://127.0.0.1:9/shop.git
                credential: { token: { file: \(directory.path)/token } }
                webhook_secret: { file: \(directory.path)/hook }

            """, to: "config.yml")
    }

    private func bundle(_ name: String = "support.tar.gz") async -> Int32 {
        let path = directory.path(of: "config.yml")
        return await SlipwayCommand.run(
            ["doctor", "--config", path, "--bundle", name], in: printed.context(in: directory.path))
    }

    /// The archive unpacked by tar(1): every file's text by its path.
    private func unpacked(_ name: String = "support.tar.gz") throws -> [String: String] {
        let target = directory.path(of: "unpacked")
        mkdir(target, 0o700)
        let completed = try Spawn.run(
            Command(
                executable: "/usr/bin/tar", arguments: ["-xzf", directory.path(of: name), "-C", target],
                environment: ["PATH": "/usr/bin:/bin"]), outputLimit: 1 << 16, deadline: .now + .seconds(30))
        #expect(completed.status.isSuccess)
        var files: [String: String] = [:]
        let root = target + "/" + BundleFile.root
        for path in try FileManager.default.subpathsOfDirectory(atPath: root) {
            guard let data = FileManager.default.contents(atPath: "\(root)/\(path)") else { continue }
            files[path] = String(decoding: data, as: UTF8.self)
        }
        return files
    }

    @Test func noCanaryIsInItAndTheFactsAre() async throws {
        mkdir(directory.path(of: "state"), 0o700)
        mkdir(directory.path(of: "state/logs"), 0o700)
        try directory.write(
            """
            STEP 2/4: RUN login --token token-canary-8f3a
            + API_KEY=variable-canary-19be make
            fetching https://ada:url-canary-e4c2@packages.example.com/simple
            HTTP_PROXY=http://u:proxy-canary-02ab@proxy.example.com:3128
            it was built in the end

            """, to: "state/logs/\(String(repeating: "a", count: 64)).log")
        #expect(await bundle() == ExitCode.done)
        let files = try unpacked()
        let all = files.map { $0.key + "\n" + $0.value }.joined()
        for canary in Self.canaries {
            #expect(!all.contains(canary), "\(canary)")
            #expect(!printed.output.contains(canary) && !printed.errors.contains(canary))
        }
        #expect(files["configuration.yml"]?.contains("repository: http") == true)
        #expect(files["configuration.yml"]?.contains("{ file: \(directory.path)/token }") == true)
        let log = try #require(files.first { $0.key.hasPrefix("builds/") }?.value)
        #expect(log.contains("it was built in the end"))
        #expect(log.contains("packages.example.com/simple"))
        #expect(files["versions.txt"]?.contains("libgit2 1.") == true)
        #expect(files["doctor.txt"]?.contains("no engine answers") == true)
    }

    @Test func withoutADaemonItSaysSoInside() async throws {
        #expect(await bundle() == ExitCode.done)
        let files = try unpacked()
        #expect(files["README.txt"]?.contains("The daemon did not answer at \(directory.path)/slipway.sock") == true)
        #expect(files["status.json"]?.contains("does not answer") == true)
        #expect(files["process.txt"]?.contains("no daemon holds") == true)
        #expect(files["records.txt"]?.contains("cannot be read") == true)
    }

    @Test func onlyItsOwnerCanReadItAndNothingIsOverwritten() async throws {
        #expect(await bundle() == ExitCode.done)
        var status = stat()
        #expect(stat(directory.path(of: "support.tar.gz"), &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
        #expect(await bundle() == ExitCode.failed)
        #expect(printed.errors.contains("name a file that does not exist yet"))
    }

    @Test func everyEntryIsBounded() {
        let long = [UInt8](repeating: UInt8(ascii: "x"), count: BundleFile.entryLimit + 5)
        let bounded = BundleFile.bounded(long)
        #expect(bounded.starts(with: Array("(the first 5 bytes are left out)\n".utf8)))
        #expect(bounded.count < BundleFile.entryLimit + 100)
        #expect(BundleFile.bounded(Array("short".utf8)) == Array("short".utf8))
    }
}
