import Model

/// One object of the stream of a build or pull.
struct StreamMessage: Decodable {
    let stream: String?
    let status: String?
    let id: String?
    let error: String?
    let detail: Detail?
    let auxiliary: Auxiliary?

    struct Detail: Decodable {
        let message: String?
    }

    struct Auxiliary: Decodable {
        let id: String?

        enum CodingKeys: String, CodingKey {
            case id = "ID"
        }
    }

    enum CodingKeys: String, CodingKey {
        case stream
        case status
        case id
        case error
        case detail = "errorDetail"
        case auxiliary = "aux"
    }

    /// Why it failed, if it did.
    var failure: String? {
        guard let words = detail?.message ?? error else { return nil }
        return words.last == "\n" ? String(words.dropLast()) : words
    }
}

/// What a build's stream has said so far.
///
/// Both engines answer 200 before the first step, so a failure is an object of the stream. The image's id is in
/// `{"aux":{"ID":"sha256:…"}}`; Podman also writes it as a line of output, 64 bare digits.
struct BuildOutput {
    private(set) var image: ImageID?
    private(set) var failure: String?

    /// Takes one object and returns the text to show for it.
    mutating func take(_ message: StreamMessage) -> String? {
        if let words = message.failure {
            failure = failure ?? words
            return nil
        }
        if let id = message.auxiliary?.id.flatMap({ ImageID($0) }) { image = id }
        if let text = message.stream {
            if image == nil, text.utf8.count == 65, text.last == "\n" { image = ImageID(String(text.dropLast())) }
            return text
        }
        // Base images being fetched. Docker's progress bars, which have both, would be thousands of lines.
        return message.status.flatMap { status in message.id == nil ? status + "\n" : nil }
    }
}
