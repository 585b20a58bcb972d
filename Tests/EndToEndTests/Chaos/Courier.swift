import FoundationEssentials
import HTTPClient
import Model
import TestSupport

/// A delivery as its host would send it.
struct Parcel: Sendable {
    let name: String
    var headers: [HTTPHeader]
    var body: [UInt8]
    /// Whether the daemon is to take it.
    var isGood = true

    /// A delivery of one of the hosts, rightly signed.
    init(host: String, event: String, id: String, body: [UInt8], secret: String) {
        let (eventHeader, idHeader) =
            switch host {
            case "github": ("X-GitHub-Event", "X-GitHub-Delivery")
            case "gitlab": ("X-Gitlab-Event", "Idempotency-Key")
            case "gitea": ("X-Gitea-Event", "X-Gitea-Delivery")
            case "forgejo": ("X-Forgejo-Event", "X-Forgejo-Delivery")
            case "bitbucket": ("X-Event-Key", "X-Request-UUID")
            default: ("X-Slipway-Event", "X-Slipway-Delivery")
            }
        name = "\(host) \(event) \(id)"
        self.body = body
        headers = [
            HTTPHeader("Content-Type", "application/json"), HTTPHeader(eventHeader, event), HTTPHeader(idHeader, id),
            Signature.header(of: host, secret: secret, body: body),
        ]
    }

    private init(name: String, headers: [HTTPHeader], body: [UInt8], isGood: Bool) {
        (self.name, self.headers, self.body, self.isGood) = (name, headers, body, isGood)
    }

    /// The same with the end of its body missing, as its length says.
    var truncated: Self {
        // A token says nothing of a body, and half a form is a form.
        Self(name: name + ", cut", headers: headers, body: Array(body.prefix(body.count / 2)), isGood: false)
    }

    /// Our own deliveries, one for each host and kind of event.
    static func own(secret: String) throws -> [Parcel] {
        struct Expected: Decodable { let file, host, event: String }
        let directory = root + "/Tests/Deliveries/"
        return try lines(of: directory + "expected.jsonl", as: Expected.self).enumerated().map { number, expected in
            Parcel(
                host: expected.host, event: expected.event, id: "own-\(number)",
                body: bytes(at: directory + expected.file), secret: secret)
        }
    }

    /// The published ones, signed anew with this secret; none where they are not beside the package.
    static func published(secret: String) throws -> [Parcel] {
        struct Expected: Decodable {
            let file, headers, host, auth: String
            let accept: Bool
        }
        let directory = root + "/../shared/fixtures/webhooks/"
        guard FileManager.default.fileExists(atPath: directory + "expectations.jsonl") else { return [] }
        return try lines(of: directory + "expectations.jsonl", as: Expected.self).map { expected in
            let body = bytes(at: directory + expected.file)
            let text = String(decoding: bytes(at: directory + expected.headers), as: UTF8.self)
            var headers = text.split(separator: "\n").compactMap { line -> HTTPHeader? in
                let parts = line.split(separator: ":", maxSplits: 1)
                return parts.count == 2 ? HTTPHeader(String(parts[0]), String(parts[1].drop { $0 == " " })) : nil
            }
            if expected.accept {
                headers.removeAll { header in
                    ["signature", "x-gitlab-token", "webhook-id", "webhook-timestamp"].contains {
                        header.name.lowercased().contains($0)
                    }
                }
                headers.append(Signature.header(of: expected.host, secret: secret, body: body))
            }
            return Parcel(name: expected.headers, headers: headers, body: body, isGood: expected.accept)
        }
    }

    private static let root = "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/")

    private static func bytes(at path: String) -> [UInt8] {
        Array(FileManager.default.contents(atPath: path) ?? Data())
    }

    private static func lines<Line: Decodable>(of path: String, as type: Line.Type) throws -> [Line] {
        try bytes(at: path).split(separator: UInt8(ascii: "\n")).map {
            try JSONDecoder().decode(Line.self, from: Data($0))
        }
    }
}

/// Brings deliveries to a daemon as badly as a network and a Git host can.
struct Courier {
    /// What goes wrong.
    struct Manner: Sendable, CustomStringConvertible {
        let description: String
        /// Of a hundred.
        var dropped = 0
        var doubled = 0
        var truncated = 0
        /// How many steps late one may be.
        var delay = 0
        var isShuffled = false
    }

    let manner: Manner
    private var chance: SeededChance
    /// What is on its way, with the step it arrives at.
    private var underway: [(step: Int, parcel: Parcel)] = []
    private(set) var sent = 0
    private(set) var accepted = 0

    init(_ manner: Manner, chance: SeededChance) {
        self.manner = manner
        self.chance = chance
    }

    /// Takes a delivery that a host sends at a step.
    mutating func take(_ parcel: Parcel, at step: Int) {
        func happens(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &chance) < percent }
        guard !happens(manner.dropped) else { return }
        let copies = happens(manner.doubled) ? 2 : 1
        for _ in 0..<copies {
            let late = Int.random(in: 0...manner.delay, using: &chance)
            underway.append((step + late, happens(manner.truncated) ? parcel.truncated : parcel))
        }
    }

    /// Brings what has arrived by a step.
    mutating func deliver(upTo step: Int, to scene: Scene) throws {
        var due = underway.filter { $0.step <= step }.map(\.parcel)
        underway.removeAll { $0.step <= step }
        if manner.isShuffled { due.shuffle(using: &chance) }
        for parcel in due {
            sent += 1
            // Nobody may be there to answer.
            guard let status = scene.ask("POST", "/hooks/shop", body: parcel.body, headers: parcel.headers)?.status
            else {
                continue
            }
            if status == 202 { accepted += 1 }
            guard (status == 202) != parcel.isGood, parcel.isGood || !parcel.name.contains("gitlab") else { continue }
            throw Unexpected(description: "\(parcel.name) was answered \(status)")
        }
    }

    struct Unexpected: Error { let description: String }
}
