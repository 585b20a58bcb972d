import Glibc
import Model
import Testing

@testable import GitHosts

/// Every published delivery of the shared fixture set, read in place beside the package; skipped where it is absent.
@Suite(.enabled(if: PublishedDeliveries.all != nil, "the shared webhook fixtures are not beside this package"))
struct PublishedDeliveryTests {
    @Test(arguments: PublishedDeliveries.all ?? [])
    func isReadAsExpected(_ delivery: PublishedDelivery) throws {
        let outcome = delivery.outcome
        guard delivery.isAccepted else {
            guard case .failure(.unauthorised) = outcome else {
                Issue.record("it was not refused as unauthorised: \(outcome)")
                return
            }
            return
        }
        let reading = try outcome.get()
        #expect(reading.host == delivery.expected["host"]?.string)
        #expect(reading.deliveryID == delivery.expected["delivery_id"]?.string)
        #expect(reading.event == delivery.expected["host_event"]?.string)
        let expected = delivery.expected["events"]?.elements ?? []
        #expect(reading.events.count == expected.count)
        for (event, expected) in zip(reading.events, expected) {
            for (name, value) in event.described { #expect(value == expected.plain(name), "\(name)") }
        }
    }

    @Test func areAllThere() {
        #expect(PublishedDeliveries.all?.count == 82)
    }

    @Test(arguments: PublishedDeliveries.all?.filter(\.isAccepted) ?? [])
    func isRefusedWithOneByteMore(_ delivery: PublishedDelivery) {
        // A plain token of GitLab's says nothing about the body.
        guard delivery.expected["auth"]?.string != "token" else { return }
        guard case .failure = delivery.tampered.outcome else {
            Issue.record("it was believed")
            return
        }
    }
}

/// The set as a whole.
enum PublishedDeliveries {
    static let all: [PublishedDelivery]? = {
        guard let lines = file("expectations.jsonl") else { return nil }
        return lines.split(separator: UInt8(ascii: "\n")).compactMap { line in
            guard let expected = JSONDocument(Array(line))?.root, let path = expected["file"]?.string,
                let headers = expected["headers"]?.string, let body = file(path), let head = file(headers)
            else { return nil }
            return PublishedDelivery(expected: expected, name: headers, head: head, body: body)
        }
    }()

    private static let directory: String = {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        return "/\(root)/../shared/fixtures/webhooks/"
    }()

    private static func file(_ path: String) -> [UInt8]? {
        let descriptor = open(directory + path, O_RDONLY)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return count == 0 ? bytes : nil }
            bytes += buffer[..<count]
        }
    }
}

/// One delivery and what is to be read from it.
struct PublishedDelivery: Sendable, CustomTestStringConvertible {
    let expected: JSONValue
    let name: String
    let head: [UInt8]
    var body: [UInt8]

    var testDescription: String { name }
    var isAccepted: Bool { expected["accept"]?.bool == true }

    private static let secrets = [
        Secret("It's a Secret to Everybody"), Secret("whsec_L4iU2Q/7dWAJKEZMeDkggoTIaHZx3IMcwmZ6euBKpFU="),
    ]

    var outcome: Result<DeliveryReader.Reading, DeliveryRejection> {
        let headers = String(decoding: head, as: UTF8.self).split(separator: "\n").compactMap {
            (line: Substring) -> DeliveryRequest.HeaderField? in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            return .init(name: String(line[..<colon]), value: String(line[colon...].dropFirst(2)))
        }
        return Result { () throws(DeliveryRejection) in
            try DeliveryReader.reading(
                of: DeliveryRequest(headers: headers, body: body), secrets: Self.secrets,
                now: Timestamp(milliseconds: 1_767_225_600_000))
        }
    }

    var tampered: Self {
        var copy = self
        copy.body.append(UInt8(ascii: " "))
        return copy
    }
}

extension JSONValue {
    /// A member as the text that `HostEvent.described` has for it.
    fileprivate func plain(_ name: String) -> String? {
        guard let value = self[name] else { return nil }
        if name == "comment" { return value["body"]?.string.map { "\($0) by \(value["author"]?.string ?? "")" } }
        if let number = value.integer { return "\(number)" }
        if let truth = value.bool { return "\(truth)" }
        if let text = value.string { return text }
        return value.elements.compactMap(\.string).joined(separator: ",")
    }
}

extension HostEvent {
    /// Its fields under the names of the fixture set.
    fileprivate var described: [(String, String?)] {
        [
            ("kind", kind.rawValue), ("repo", repository), ("clone_urls", cloneURLs.joined(separator: ",")),
            ("default_branch", defaultBranch), ("ref", ref.map { String(decoding: $0.bytes, as: UTF8.self) }),
            ("before", before?.hex), ("after", after?.hex), ("commit", commit?.hex),
            ("created", isCreated.map { "\($0)" }), ("forced", isForced.map { "\($0)" }),
            ("pr_number", number.map { "\($0)" }), ("head_ref", headRef), ("head_sha", headCommit),
            ("head_repo", headRepository), ("base_ref", baseRef), ("base_sha", baseCommit),
            ("is_fork", isFork.map { "\($0)" }), ("draft", isDraft.map { "\($0)" }),
            ("labels", labels.joined(separator: ",")), ("head_changed", isHeadChanged.map { "\($0)" }),
            ("merge_sha", mergeCommit), ("tag", tag), ("comment", comment.map { "\($0.body) by \($0.author)" }),
            ("old_repo", oldRepository), ("sender", sender),
        ]
    }
}
