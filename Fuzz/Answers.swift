import Crypto
import FoundationEssentials
import HTTPClient
import Model

@testable import ContainerEngine
@testable import GitHosts
@testable import Watcher

/// What a Git host's API answers, read as every kind of host reads it.
func hostAnswer(_ bytes: [UInt8]) {
    guard let document = JSONDocument(bytes) else { return }
    let kinds: [GitHostKind] = [.github, .gitlab, .gitea, .bitbucket]
    for api in kinds.map(\.api) {
        let entries = api.page(document.root) ?? []
        for value in entries + [document.root] {
            _ = api.mark(in: value)
            _ = api.comment(value)
            guard let request = api.pullRequest(value) else { continue }
            precondition(request.head.bytes.starts(with: Array("refs/heads/".utf8)))
            precondition(request.commit != .zero)
        }
    }
}

/// The first line is a status and a time, the rest the header of an answer.
func hostLimits(_ bytes: [UInt8]) {
    let (line, rest) = firstLine(of: bytes)
    let numbers = line.split(separator: " ").map { Int64($0) ?? 0 }
    let headers = String(decoding: rest, as: UTF8.self).split(separator: "\n").map { line in
        let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        return HTTPHeader(String(parts[0]), parts.count > 1 ? String(parts[1].drop { $0 == " " }) : "")
    }
    let response = HTTPResponse(status: Int(numbers.first ?? 0), headers: headers, body: [])
    let rest = HostLimits.rest(after: response, now: numbers.last ?? 0)
    if case .ordered(let duration) = rest { precondition(duration > .zero) }
}

/// What a Git child says, whose remote may have taken it over. Names that are accepted are harmless, and each of them is
/// an environment's name.
func gitAnswer(_ bytes: [UInt8]) {
    for case .success(let listing)? in GitAnswer.listings(in: bytes, count: 3) {
        for ref in listing.refs where RefNameRules.accept(ref.name.bytes) {
            precondition(!ref.name.bytes.contains { $0 <= 0x20 || $0 == 0x7f })
            precondition(ref.name.description.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f })
            let name = EnvironmentName.preview(of: ref.name) { bytes in
                guard let digest = Digest(SHA256.hex(of: bytes)) else { fatalError("no digest") }
                return digest
            }
            precondition(EnvironmentName(name.rawValue) != nil, "\(name) is no name")
        }
    }
    _ = GitAnswer.fetch(in: bytes)
    _ = KnownHosts(String(decoding: bytes, as: UTF8.self)).verdict(host: "git.example.com", port: 2222, key: [1, 2])
    _ = try? RemoteAddress(parsing: String(decoding: bytes, as: UTF8.self))
}

/// What an engine answers: a listing, an event, a part of a build, a log.
func engineAnswer(_ bytes: [UInt8]) {
    _ = try? ContainerListing.read(bytes)
    var (lines, output) = (JSONLines(), BuildOutput())
    for line in (try? lines.take(bytes)) ?? [] {
        _ = (try? JSONDecoder().decode(EventMessage.self, from: Data(line)))?.value
        _ = (try? JSONDecoder().decode(InspectedContainer.self, from: Data(line)))?.value
        if let message = try? JSONDecoder().decode(StreamMessage.self, from: Data(line)) { _ = output.take(message) }
    }
    var frames = LogFrames()
    // In two parts, cut anywhere.
    let cut = bytes.count / 2
    _ = try? frames.take(Array(bytes[..<cut]))
    _ = try? frames.take(Array(bytes[cut...]))
}
