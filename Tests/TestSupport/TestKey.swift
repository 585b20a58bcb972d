import Foundation
import Subprocess

/// An RSA key made for one test by openssl(1), and what openssl(1) thinks of signatures.
package struct TestKey {
    /// The private key as PEM.
    package let pem: String
    /// The file that holds it.
    package let path: String
    private let directory: TemporaryDirectory
    private let publicPath: String

    /// What openssl(1) would not do.
    package struct Refused: Error { let output: String }

    /// A new key.
    ///
    /// - Parameter isTraditional: as GitHub hands them out: PKCS #1.
    package init(bits: Int = 2048, isTraditional: Bool = true) throws {
        directory = try TemporaryDirectory()
        path = directory.path(of: "key.pem")
        publicPath = directory.path(of: "public.pem")
        _ = try Self.openssl(["genrsa"] + (isTraditional ? ["-traditional"] : []) + ["-out", path, "\(bits)"])
        _ = try Self.openssl(["rsa", "-in", path, "-pubout", "-out", publicPath])
        pem = try String(contentsOfFile: path, encoding: .utf8)
    }

    /// Whether openssl(1) takes a signature of a message for this key's, by RS256.
    package func verifies(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        let name = directory.path(of: UUID().uuidString)
        defer { try? FileManager.default.removeItem(atPath: name) }
        guard (try? Data(signature).write(to: URL(filePath: name))) != nil else { return false }
        return (try? Self.openssl(["dgst", "-sha256", "-verify", publicPath, "-signature", name], input: message))
            != nil
    }

    /// Runs openssl(1); throws when it fails.
    package static func openssl(_ arguments: [String], input: [UInt8] = []) throws -> String {
        let completed = try Spawn.run(
            Command(executable: "/usr/bin/openssl", arguments: arguments, environment: ["PATH": "/usr/bin:/bin"]),
            input: input, outputLimit: 1 << 20, deadline: .now + .seconds(60))
        let output = String(decoding: completed.output + completed.errorOutput, as: UTF8.self)
        guard case .exited(0) = completed.status else { throw Refused(output: output) }
        return output
    }
}
