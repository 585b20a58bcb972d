/// The name a project has in this daemon: `a-z`, `0-9` and single `-`, at most 30 characters.
///
/// Fixed when the project is added; part of every host name and container name, hence short.
package struct ProjectName: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The name as text.
    package let rawValue: String

    /// How long a project's name may be: what is left of a DNS label's 63 characters (RFC 1035, 2.3.4)
    /// must still tell environments apart; see ``HostName``.
    package static let characterLimit = 30

    /// Accepts a well-formed name; nil for anything else.
    package init?(_ text: String) {
        guard isPlainLabel(text), text.utf8.count <= Self.characterLimit else { return nil }
        rawValue = text
    }

    package var description: String { rawValue }

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// The name of an environment inside its project: `staging`, `production`, `development`, `pr-42`, or a branch's slug.
package struct EnvironmentName: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The name as text.
    package let rawValue: String

    /// Accepts a well-formed name of at most 40 characters; nil for anything else.
    package init?(_ text: String) {
        guard isPlainLabel(text), text.utf8.count <= 40 else { return nil }
        rawValue = text
    }

    init(unchecked: String) { rawValue = unchecked }

    /// The environment of kind `staging`.
    package static let staging = Self(unchecked: "staging")
    /// The environment of kind `production`.
    package static let production = Self(unchecked: "production")
    /// The environment of kind `development`.
    package static let development = Self(unchecked: "development")

    package var description: String { rawValue }

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// One environment of one project.
package struct EnvironmentID: Hashable, Sendable, Comparable, Codable, CustomStringConvertible {
    /// The project.
    package let project: ProjectName
    /// The environment's name inside the project.
    package let name: EnvironmentName

    /// Names an environment.
    package init(project: ProjectName, name: EnvironmentName) {
        self.project = project
        self.name = name
    }

    /// `project/environment`, for messages.
    package var description: String { "\(project)/\(name)" }

    package static func < (left: Self, right: Self) -> Bool {
        (left.project, left.name) < (right.project, right.name)
    }
}

/// Whether the text is made of `a-z`, `0-9` and single inner `-` only.
package func isPlainLabel(_ text: String) -> Bool {
    guard let first = text.utf8.first, let last = text.utf8.last else { return false }
    let hyphen = UInt8(ascii: "-")
    guard first != hyphen, last != hyphen else { return false }
    var previous: UInt8 = 0
    for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): break
        case hyphen where previous != hyphen: break
        default: return false
        }
        previous = byte
    }
    return true
}

extension ProjectName: Codable {
    package init(from decoder: any Decoder) throws {
        guard let name = Self(try decoder.singleValueContainer().decode(String.self)) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "not a project's name"))
        }
        self = name
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
}

extension EnvironmentName: Codable {
    package init(from decoder: any Decoder) throws {
        guard let name = Self(try decoder.singleValueContainer().decode(String.self)) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "not an environment's name"))
        }
        self = name
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
}
