import Crypto
import Model

/// What a GitHub App proves with that it has its private key: a JSON Web Token (RFC 7519) signed with RS256.
enum AppAssertion {
    /// docs.github.com, "Generating a JSON Web Token for a GitHub App": issued a minute ago, against clocks that differ;
    /// ten minutes ahead at most.
    private static let age: Int64 = 60
    private static let life: Int64 = 540

    /// The assertion of an app, valid for nine minutes.
    ///
    /// - Parameter now: seconds since 1970.
    static func signed(
        _ app: GitHubApp, now: Int64, for repository: HostRepository
    ) throws(StageFailure) -> Secret<String> {
        let text = unsigned(id: app.id, now: now)
        let pem = try app.key()
        do throws(CryptoError) {
            let signature = try pem.withValue { (pem) throws(CryptoError) in
                try RSAPrivateKey(pem: Array(pem.utf8)).signature(of: Array(text.utf8))
            }
            return Secret(text + "." + encoded(signature))
        } catch {
            throw StageFailure(
                reason: .hostUnauthorised, verdict: .retry(after: .seconds(300)),
                message: "the private key of the app for \(repository.fullName) cannot be used: \(error.message)",
                hint: "put the .pem file that GitHub gave for the app in the place that app.private_key names")
        }
    }

    /// Header and claims, without the signature.
    static func unsigned(id: String, now: Int64) -> String {
        let header = JSONBody.object(["alg": "RS256", "typ": "JWT"])
        let claims = JSONBody.object([
            "iat": .number(Int(now - age)), "exp": .number(Int(now + life)), "iss": .text(id),
        ])
        return encoded(header.bytes) + "." + encoded(claims.bytes)
    }

    /// Base64 for URLs, without padding (RFC 4648, section 5).
    private static func encoded(_ bytes: [UInt8]) -> String {
        Base64.encoded(bytes).replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}

/// How far this machine's clock is from a host's.
enum ClockSkew {
    /// More than this and a host may take no assertion.
    private static let tolerance: Int64 = 30

    /// In words; nil when it is not worth a word, or not known.
    ///
    /// - Parameters:
    ///   - date: the answer's `Date` (RFC 9110, 5.6.7).
    ///   - now: seconds since 1970 by this machine's clock.
    static func words(date: String?, now: Int64) -> String? {
        guard let date, let told = HostMoment.httpDate(date) else { return nil }
        let ahead = now - told.milliseconds / 1000
        guard abs(ahead) > tolerance else { return nil }
        return "this machine's clock is \(abs(ahead)) s \(ahead > 0 ? "ahead of" : "behind") GitHub's"
    }
}
