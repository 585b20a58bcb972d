import Glibc
import Model
import YAML

extension Shape where Value == RemoteAddress {
    /// The URL of a repository. A credential in it is never repeated.
    static let remoteAddress = Shape<String>.text.then { text, node, path, findings -> RemoteAddress? in
        do throws(RemoteAddress.Problem) {
            return try RemoteAddress(parsing: text)
        } catch {
            let refusal = refusal(of: text, for: error)
            findings.add(node, path, refusal.message, hint: refusal.hint)
            return nil
        }
    }

    private static func refusal(of text: String, for problem: RemoteAddress.Problem) -> Refusal {
        switch problem {
        case .noScheme:
            return Refusal(message: "the URL of a repository begins with https:// or ssh://", hint: likely(text))
        case .unknownScheme(let scheme):
            let lower = scheme.lowercased()
            let isKnown = RemoteAddress.Scheme(rawValue: lower) != nil
            return Refusal(
                message: "'\(quote(scheme))://' is not supported",
                hint: isKnown ? "in lower case: \(lower)://" : "https:// or ssh://; git+ssh:// is ssh://")
        case .containsCredential:
            return Refusal(
                message: "the URL holds a user or password", hint: "remove it, and write it under 'credential'")
        case .badHost:
            return Refusal(
                message: "the URL names no host that could be one", hint: "such as https://github.com/acme/shop.git")
        case .badPort:
            return Refusal(
                message: "the port in the URL is no number from 1 to 65535",
                hint: text.hasPrefix("ssh://") ? "ssh:// separates host and path by '/', not by ':'" : nil)
        case .badPath:
            return Refusal(
                message: "the URL names no repository",
                hint: "its path has letters, digits and -._~/+@,=: only, and no '..'")
        }
    }

    /// What was probably meant by `git@host:path`, `/srv/git/shop.git` or `github.com/acme/shop`.
    private static func likely(_ text: String) -> String {
        var guess: String?
        if text.hasPrefix("/") {
            guess = "file://\(text)"
        } else if let colon = text.firstIndex(of: ":") {
            let path = text[text.index(after: colon)...]
            guess = "ssh://\(text[..<colon])/\(path.hasPrefix("/") ? String(path.dropFirst()) : String(path))"
        } else if text.contains(".") {
            guess = "https://\(text)"
        }
        guard let guess, (try? RemoteAddress(parsing: guess)) != nil else {
            return "such as https://github.com/acme/shop.git"
        }
        return "write \(quote(guess))"
    }
}

extension ConfigurationShape {
    /// An IP address and a port.
    static var listenAddress: Shape<Configuration.ListenAddress> {
        Shape<String>.text.then { text, node, path, findings -> Configuration.ListenAddress? in
            if let (host, port) = HostText.split(text), let port, (1...65535).contains(port) {
                let bare = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
                if HostText.isAddress(bare) { return Configuration.ListenAddress(host: bare, port: port) }
            }
            findings.add(
                node, path, "'\(quote(text))' is no address to listen on",
                hint: "an IP address and a port, such as 127.0.0.1:7420 or [::1]:7420")
            return nil
        }
    }

    /// `https://host` without a path.
    static var publicURL: Shape<String> {
        Shape<String>.text.then { text, node, path, findings -> String? in
            let url = text.utf8.last == UInt8(ascii: "/") ? String(text.dropLast()) : text
            for scheme in ["https://", "http://"] where url.hasPrefix(scheme) {
                if let (host, port) = HostText.split(String(url.dropFirst(scheme.count))), HostText.isHost(host),
                    port.map({ (1...65535).contains($0) }) != false
                {
                    return url
                }
            }
            findings.add(
                node, path, "'\(quote(text))' is no address of a site",
                hint: "such as https://slipway.example.com, without a path")
            return nil
        }
    }
}

extension ConfigurationShape {
    /// `https://host/path`; plain http on this machine only, as a token is sent there.
    static var apiURL: Shape<String> {
        Shape<String>.text.then { text, node, path, findings -> String? in
            if let address = try? RemoteAddress(parsing: text.hasSuffix("/") ? String(text.dropLast()) : text) {
                let isLocal = ["localhost", "127.0.0.1", "[::1]"].contains(address.host)
                if address.scheme == .https || address.scheme == .http && isLocal { return address.description }
            }
            findings.add(
                node, path, "'\(quote(text))' is no address of an API",
                hint: "such as https://git.example.com/api/v1; http:// on this machine only")
            return nil
        }
    }
}

/// Hosts and ports as people write them.
enum HostText {
    /// `host`, `host:port`, `[address]:port`; nil where the port is no number.
    static func split(_ text: String) -> (host: String, port: Int?)? {
        let bytes = Array(text.utf8)
        let lastBracket = bytes.lastIndex(of: UInt8(ascii: "]")) ?? -1
        guard let colon = bytes.lastIndex(of: UInt8(ascii: ":")), colon > lastBracket else { return (text, nil) }
        guard let port = WholeNumber(String(decoding: bytes[(colon + 1)...], as: UTF8.self))?.value else { return nil }
        return (String(decoding: bytes[..<colon], as: UTF8.self), port)
    }

    /// A domain, an IPv4 address, or an IPv6 address in brackets.
    static func isHost(_ text: String) -> Bool {
        if text.hasPrefix("["), text.hasSuffix("]") { return isAddress(String(text.dropFirst().dropLast())) }
        return isDomain(text)
    }

    /// DNS labels in lower case (RFC 1123, 2.1).
    static func isDomain(_ text: String) -> Bool {
        guard text.utf8.count <= 253 else { return false }
        return text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
            let hyphen = UInt8(ascii: "-")
            return !label.isEmpty && label.count <= 63 && label.first != hyphen && label.last != hyphen
                && label.allSatisfy { isLetterOrDigit($0) && !(0x41...0x5a).contains($0) || $0 == hyphen }
        }
    }

    /// An IPv4 or IPv6 address as inet_pton(3) reads it.
    static func isAddress(_ text: String) -> Bool {
        var four = in_addr()
        var six = in6_addr()
        guard text.utf8.count <= 45, !text.utf8.contains(0) else { return false }
        return inet_pton(AF_INET, text, &four) == 1 || inet_pton(AF_INET6, text, &six) == 1
    }

    /// ASCII letters and digits.
    static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
    }
}
