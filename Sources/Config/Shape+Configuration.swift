import Model
import YAML

extension Shape where Value == String {
    /// An absolute path without `..`.
    static let absolutePath = text(pattern: "^/") { text in
        let bytes = Array(text.utf8)
        let slash = UInt8(ascii: "/")
        let isFine =
            bytes.first == slash && bytes.count <= 1024 && printable(bytes) == text
            && !bytes.split(separator: slash).contains { $0.elementsEqual("..".utf8) }
        return isFine
            ? nil : Refusal(message: "'\(quote(text))' is no absolute path", hint: "it begins with / and has no '..'")
    }

    /// The path of a Unix socket; unix(7) leaves 107 bytes for it.
    static let socketPath = absolutePath.then { text, node, path, findings -> String? in
        if text.utf8.count <= 107 { return text }
        findings.add(node, path, "the path of a socket is at most 107 bytes long")
        return nil
    }

    /// The name of a systemd credential: a file name.
    static let credentialName = text(pattern: "^[A-Za-z0-9_.-]+$") { text in
        let isFine =
            text.utf8.first != UInt8(ascii: ".") && !text.isEmpty && text.utf8.count <= 255
            && text.utf8.allSatisfy { HostText.isLetterOrDigit($0) || "_.-".utf8.contains($0) }
        return isFine
            ? nil
            : Refusal(
                message: "'\(quote(text))' is no name of a credential",
                hint: "such as github, as in LoadCredential=github:…")
    }

    /// A domain: DNS labels in lower case, room left for the label of an environment.
    static let domain = text(pattern: "^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$") { text in
        // RFC 1035, 2.3.4: 253 characters in all, 63 and a dot of them for the environment.
        if HostText.isDomain(text), text.utf8.count <= 189 { return nil }
        let hint =
            text.hasPrefix("*.") || text.hasPrefix(".")
            ? "without the wildcard"
            : text.contains("://") ? "without http://" : "such as preview.example.com, in lower case"
        return Refusal(message: "'\(quote(text))' is no domain", hint: hint)
    }

    /// A registry's host with an optional port.
    static let registryHost = text { text in
        if let (host, port) = HostText.split(text), HostText.isDomain(host),
            port.map({ (1...65535).contains($0) }) != false
        {
            return nil
        }
        return Refusal(
            message: "'\(quote(text))' is no registry's host",
            hint: "such as registry.example.com or localhost:5000, without https://")
    }
}

extension Shape where Value == Configuration.EngineSocket {
    /// `auto`, a path, or `unix://` and a path.
    static let engineSocket = Shape<String>.text.then { text, node, path, findings -> Configuration.EngineSocket? in
        if text == "auto" { return .auto }
        let file = text.hasPrefix("unix://") ? String(text.dropFirst("unix://".count)) : text
        if file.utf8.first == UInt8(ascii: "/"), file.utf8.count <= 107, printable(file.utf8) == file {
            return .path(file)
        }
        findings.add(
            node, path, "'\(quote(text))' is no Unix socket", hint: "auto, or a path such as /run/podman/podman.sock")
        return nil
    }
}

extension Shape where Value == Configuration.CaddyChoice {
    /// `managed`, or the URL of an admin API.
    static let caddyChoice = Shape<String>.text.then { text, node, path, findings -> Configuration.CaddyChoice? in
        if text == "managed" { return .managed }
        if text.hasPrefix("http://"), let (host, _) = HostText.split(String(text.dropFirst("http://".count))),
            HostText.isHost(host)
        {
            return .external(text)
        }
        if text.hasPrefix("unix:///"), text.utf8.count <= 107 + 7, printable(text.utf8) == text {
            return .external(text)
        }
        findings.add(
            node, path, "'\(quote(text))' is no Caddy",
            hint: "managed, or the URL of its admin API: http://127.0.0.1:2019 or unix:///run/caddy/admin.sock")
        return nil
    }
}

extension Shape where Value == ClosedRange<Int> {
    /// `20000-29999`
    static let portRange = Shape<String>.text.then { text, node, path, findings -> ClosedRange<Int>? in
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { WholeNumber(String($0))?.value }
        guard ends.count == 2, let first = ends[0], let last = ends[1] else {
            findings.add(node, path, "'\(quote(text))' is no range of ports", hint: "such as 20000-29999")
            return nil
        }
        guard first >= 1024, last <= 65535, last - first >= 99 else {
            findings.add(node, path, "\(quote(text)) is out of range", hint: "at least 100 ports from 1024 to 65535")
            return nil
        }
        return first...last
    }
}

extension Shape where Value == IPv4Block {
    /// `10.201.0.0/16`
    static let subnets = Shape<String>.text.then { text, node, path, findings -> IPv4Block? in
        guard let block = IPv4Block(text) else {
            findings.add(
                node, path, "'\(quote(text))' is no block of addresses",
                hint: "such as 10.201.0.0/16, the bits behind the prefix all zero")
            return nil
        }
        guard (8...22).contains(block.prefixLength), block.isPrivate else {
            findings.add(node, path, "\(block) is out of range", hint: "a private block from /8 to /22")
            return nil
        }
        return block
    }
}

extension Shape where Value == GitHostKind {
    /// The kinds of Git host.
    static let gitHost = Shape<String>.text(
        pattern: "^(\(GitHostKind.allCases.map(\.rawValue).joined(separator: "|")))$"
    ) { text in
        let names = GitHostKind.allCases.map(\.rawValue)
        guard !names.contains(text) else { return nil }
        let near = Suggestion.nearest(to: text, among: names).map { "did you mean '\($0)'?" }
        return Refusal(message: "'\(quote(text))' is no kind of Git host", hint: near ?? names.joined(separator: ", "))
    }.then { text, _, _, _ in GitHostKind(rawValue: text) }
}
