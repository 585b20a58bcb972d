import Model
import YAML

extension Shape where Value == String {
    /// Literal text: `$${` is `${`, and references are refused until they work.
    static let literal = Shape.text.then { text, node, path, findings -> String? in
        let bytes = Array(text.utf8)
        let (dollar, brace) = (UInt8(ascii: "$"), UInt8(ascii: "{"))
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let rest = bytes[index...]
            if rest.starts(with: [dollar, dollar, brace]) {
                result += [dollar, brace]
                index += 3
            } else if rest.starts(with: [dollar, brace]) {
                findings.add(
                    node, path, "references such as ${db.url} are not supported yet",
                    hint: "for a literal ${ write $${")
                return nil
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// A path and query of an HTTP request.
    static let requestPath = text(pattern: "^/[!-~]*$") { text in
        let isFine =
            text.utf8.first == UInt8(ascii: "/") && text.utf8.count <= 1024
            && text.utf8.allSatisfy { (0x21...0x7e).contains($0) && !"\"#<>\\^`{|}".utf8.contains($0) }
        return isFine
            ? nil : Refusal(message: "'\(quote(text))' is no path of a URL", hint: "such as /healthz, without a host")
    }

    /// The name of a stage in a Dockerfile, or its number.
    static let buildStage = text(pattern: "^[A-Za-z0-9][A-Za-z0-9_.-]*$") { text in
        let isFine =
            text.utf8.first.map { isLetter($0) || isDigit($0) } == true && text.utf8.count <= 128
            && text.utf8.allSatisfy { isLetter($0) || isDigit($0) || "_.-".utf8.contains($0) }
        return isFine ? nil : Refusal(message: "'\(quote(text))' is no name of a build stage")
    }

    /// The short name of a branch.
    static let branch = text { text in
        if text.hasPrefix("refs/") || text.hasPrefix("origin/") {
            let short = text.split(separator: "/").last.map(String.init) ?? "main"
            return Refusal(message: "'\(quote(text))' is no short name", hint: "such as \(quote(short))")
        }
        if text.utf8.contains(where: { "*?[".utf8.contains($0) }) {
            return Refusal(message: "'\(quote(text))' is a pattern", hint: "name one branch")
        }
        return refusal(ofRef: text, allowing: "")
    }

    /// A pattern over short ref names: `*` and `?`.
    static let refPattern = text { refusal(ofRef: $0, allowing: "*?") }

    /// What git-check-ref-format(1) forbids, as far as a name cannot match anything then.
    private static func refusal(ofRef text: String, allowing wildcards: String) -> Refusal? {
        let forbidden = Set(" ~^:?*[\\".utf8).subtracting(wildcards.utf8)
        let bytes = Array(text.utf8)
        let slash = UInt8(ascii: "/")
        let isFine =
            !bytes.isEmpty && bytes.count <= 244
            && bytes.allSatisfy { $0 > 0x20 && $0 != 0x7f && !forbidden.contains($0) }
            && bytes.first != slash && bytes.last != slash && bytes.last != UInt8(ascii: ".")
            && bytes.firstRange(of: Array("..".utf8)) == nil && bytes.firstRange(of: Array("//".utf8)) == nil
        guard !isFine else { return nil }
        if text.hasPrefix("^") || text.hasSuffix("$") {
            return Refusal(
                message: "'\(quote(text))' is no pattern", hint: "not a regular expression: * stands for anything")
        }
        return Refusal(message: "'\(quote(text))' cannot be the name of a ref")
    }
}

extension Shape where Value == String {
    /// A pattern over text that people write: `*`, `?`, and `!` in front to exclude what matches.
    static func textPattern(_ what: String, _ example: String) -> Shape<String> {
        text { text in
            let rest = text.hasPrefix("!") ? text.dropFirst() : text[...]
            let isFine = !rest.isEmpty && text.utf8.count <= 200 && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f }
            guard !isFine else { return nil }
            return Refusal(
                message: "'\(quote(text))' is no pattern of a \(what)",
                hint: "such as \"\(example)\": * stands for anything, ! in front excludes")
        }
    }
}

extension Shape where Value == Duration? {
    /// How long something lives, or `never` for no end.
    static let lifetime = Shape<Duration>.duration(in: .seconds(1)...(.seconds(3650 * 24 * 3600)))
        .map { Duration?.some($0) }.or(["never": nil])
}

extension Shape where Value == [String] {
    /// A program and its arguments, never a shell's line.
    static let command = Shape<[String]>(
        schema: list(of: .text, atMost: 200).schema.adding(["minItems": .number(1)])
    ) { node, path, findings in
        if let text = node.text, !node.isNull {
            let words = text.split(separator: " ")
            let isPlain = !words.isEmpty && text.utf8.allSatisfy { !"\"'\\$`|&;<>*?(){}[],#".utf8.contains($0) }
            let hint =
                isPlain
                ? "write [\(quote(words.joined(separator: ", ")))]" : "there is no shell: write [program, argument]"
            findings.add(node, path, "expected a list, found text", hint: hint)
            return nil
        }
        let words = list(of: .text, atMost: 200).read(node, path, &findings)
        guard let words, let program = words.first else {
            if case .sequence = node.content { findings.add(node, path, "the list is empty") }
            return nil
        }
        if program.isEmpty { findings.add(node, path.item(0), "the program's name is empty") }
        return words
    }
}

extension Shape where Value == PortChoice {
    /// A TCP port, or `none` for a worker.
    static let port = Shape<Int>.integer(in: 1...65535).map { PortChoice.number($0) }.or(["none": .worker])
        .withPortHints()

    /// Compose's `8080:80` and lists of ports, told apart.
    private func withPortHints() -> Self {
        let read = read
        return Shape(schema: schema) { node, path, findings in
            if let text = node.text, text.utf8.contains(UInt8(ascii: ":")) {
                let inner =
                    text.split(separator: ":").last.map { String($0.prefix { $0.isASCII && $0.isNumber }) } ?? ""
                findings.add(
                    node, path, "'\(quote(text))' is no port",
                    hint: "only the port inside the container" + (inner.isEmpty ? "" : ": \(quote(inner))"))
                return nil
            }
            return read(node, path, &findings)
        }
    }
}

extension NameRule {
    /// Names of services: part of host names and container names.
    static let service = NameRule(pattern: "^[a-z0-9]+(-[a-z0-9]+)*$", example: "web") { name in
        if name == "localhost" { return ("'localhost' is taken by every container for itself", nil) }
        guard !isPlainLabel(name) || name.utf8.count > 20 else { return nil }
        return ("'\(quote(name))' cannot be the name of a service", "a-z, 0-9 and single '-', at most 20 characters")
    }

    /// Names of environment variables, POSIX 8.1, less those that Slipway sets.
    static let variable = NameRule(pattern: "^[A-Za-z_][A-Za-z0-9_]*$", example: "LOG_LEVEL") { name in
        if name == "PORT" { return ("PORT is set by Slipway", "use the service's 'port'") }
        if name.hasPrefix("SLIPWAY_") { return ("names that begin with SLIPWAY_ are set by Slipway", nil) }
        return variableProblem(name)
    }

    /// Names of build arguments, less those that would change the tools of the build instead of being read by it.
    static let buildArgument = NameRule(pattern: "^[A-Za-z_][A-Za-z0-9_]*$", example: "EDITION") { name in
        let refused: Set = ["PATH", "HOME", "BASH_ENV", "ENV", "IFS", "NODE_OPTIONS", "DOCKER_HOST", "CONTAINER_HOST"]
        if refused.contains(name) || name.hasPrefix("LD_") {
            return ("'\(quote(name))' is refused as a build argument", "set it in the Dockerfile where it is needed")
        }
        return variableProblem(name)
    }

    private static func variableProblem(_ name: String) -> (message: String, hint: String?)? {
        let isFine =
            name.utf8.first.map { isLetter($0) || $0 == UInt8(ascii: "_") } == true
            && name.utf8.count <= 128
            && name.utf8.allSatisfy { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "_") }
        return isFine ? nil : ("'\(quote(name))' cannot be the name of a variable", "letters, digits and '_'")
    }
}

private func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte) }
private func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
