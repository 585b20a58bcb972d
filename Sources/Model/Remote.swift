/// Where a repository is, taken apart once and rebuilt from its parts; never holds a credential.
package struct RemoteAddress: Sendable, Hashable, CustomStringConvertible {
    /// How the repository is reached.
    package enum Scheme: String, Sendable, Hashable, CaseIterable {
        /// https://
        case https
        /// ssh://
        case ssh
        /// http://, only where the configuration writes it
        case http
        /// git://, only where the configuration writes it
        case git
        /// file://, only where the configuration writes it
        case file
    }
    /// How the repository is reached.
    package let scheme: Scheme
    /// The user of an ssh address.
    package let user: String?
    /// Empty for `file`.
    package let host: String
    /// The port, where it is not the scheme's own.
    package let port: Int?
    /// Begins with `/`.
    package let path: String

    /// Made by ``RemoteAddress/init(parsing:)`` alone.
    init(scheme: Scheme, user: String?, host: String, port: Int?, path: String) {
        self.scheme = scheme
        self.user = user
        self.host = host
        self.port = port
        self.path = path
    }

    /// The address as a URL.
    package var description: String {
        let authority = (user.map { "\($0)@" } ?? "") + host + (port.map { ":\($0)" } ?? "")
        return "\(scheme.rawValue)://\(authority)\(path)"
    }

    /// The last part of the path without `.git`, as a suggestion for the project's name.
    package var repositoryName: String {
        let last = path.split(separator: "/").last.map(String.init) ?? ""
        return last.hasSuffix(".git") ? String(last.dropLast(4)) : last
    }
}

extension RemoteAddress {
    /// Why a text is not the address of a repository.
    package enum Problem: Error, Sendable, Hashable {
        /// There is no `scheme://`.
        case noScheme
        /// The scheme is none of ours.
        case unknownScheme(String)
        /// A user or password is written into the address.
        case containsCredential
        /// The host is missing or has characters no host name has.
        case badHost
        /// The port is no number from 1 to 65535.
        case badPort
        /// The path is missing or has characters that are refused.
        case badPath
    }

    /// Takes an address apart. Only what is understood in full is accepted.
    package init(parsing text: String) throws(Problem) {
        guard let range = text.firstRange(of: "://") else { throw .noScheme }
        guard let scheme = Scheme(rawValue: String(text[..<range.lowerBound])) else {
            throw .unknownScheme(printable(text[..<range.lowerBound].utf8))
        }
        let rest = text[range.upperBound...]
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        var authority = rest[..<slash]
        let path = String(rest[slash...])
        guard path.utf8.count > 1, path.utf8.allSatisfy(Self.isPathByte), !path.split(separator: "/").contains("..")
        else { throw .badPath }
        var user: String?
        if let at = authority.lastIndex(of: "@") {
            let info = String(authority[..<at])
            guard scheme == .ssh, !info.contains(":"), !info.isEmpty, !info.hasPrefix("-"),
                info.utf8.allSatisfy({ Self.isHostByte($0) || $0 == UInt8(ascii: "_") })
            else { throw .containsCredential }
            user = info
            authority = authority[authority.index(after: at)...]
        }
        var port: Int?
        if let colon = authority.lastIndex(of: ":"), !authority.hasSuffix("]") {
            let digits = authority[authority.index(after: colon)...]
            guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(digits),
                (1...65535).contains(number)
            else { throw .badPort }
            port = number
            authority = authority[..<colon]
        }
        let host = String(authority)
        if scheme == .file {
            guard host.isEmpty, user == nil, port == nil else { throw .badHost }
        } else {
            let bare = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
            let isAddress = bare != host
            guard !bare.isEmpty, !bare.hasPrefix("-"), !bare.hasPrefix("."), !bare.contains(".."),
                bare.utf8.allSatisfy({ isAddress ? $0.isHexDigit || $0 == UInt8(ascii: ":") : Self.isHostByte($0) })
            else { throw .badHost }
        }
        self.init(scheme: scheme, user: user, host: host, port: port, path: path)
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "-"), UInt8(ascii: "."): true
        default: false
        }
    }

    /// The characters of RFC 3986 paths that no shell, quoting rule or escape gives a meaning to.
    private static func isPathByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
        default: "-._~/+@,=:".utf8.contains(byte)
        }
    }
}

extension RemoteAddress: Codable {
    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        do {
            try self.init(parsing: text)
        } catch {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "not the address of a repository"))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// How a remote is told who we are.
package enum RemoteCredential: Sendable, Hashable {
    /// Nothing is told.
    case none
    /// A token, sent as the password of a user name the host accepts.
    case token(Secret<String>)
    /// A user name and password.
    case password(user: String, Secret<String>)
    /// A private key in OpenSSH's format, with the known host keys that are accepted.
    case sshKey(privateKey: Secret<String>, passphrase: Secret<String>?, knownHosts: String)
}
