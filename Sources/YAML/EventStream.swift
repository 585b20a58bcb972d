import CYAML

/// libyaml's parser over bytes that are all there, as events that own what they hold.
///
/// Owned by ``YAMLDocument``'s reading alone; the parser lives on the heap because it points into itself.
struct EventStream: ~Copyable {
    /// One event, copied out of libyaml.
    struct Event {
        let kind: Kind
        let line: Int
        let column: Int
        var hasAnchor = false
        var hasTag = false

        enum Kind {
            case documentStart
            case alias
            case scalar(String, YAMLNode.Style)
            case sequenceStart
            case mappingStart
            /// The end of a sequence or mapping.
            case collectionEnd
            case streamEnd
            /// Carries nothing: the begin of the stream, the end of a document.
            case other
        }
    }

    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let input: UnsafeMutableBufferPointer<UInt8>

    init(_ bytes: [UInt8]) throws(YAMLError) {
        parser = .allocate(capacity: 1)
        guard yaml_parser_initialize(parser) == 1 else {
            parser.deallocate()
            throw YAMLError(
                code: .memory, call: "yaml_parser_initialize", message: "there is no memory to read with", line: 0,
                column: 0)
        }
        input = .allocate(capacity: max(bytes.count, 1))
        _ = input.initialize(from: bytes)
        yaml_parser_set_input_string(parser, input.baseAddress, bytes.count)
        // Otherwise libyaml would guess UTF-16 from the first bytes.
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
        input.deallocate()
    }

    /// The next event. Nothing may be asked for after the end of the stream or an error.
    mutating func next() throws(YAMLError) -> Event {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw failure() }
        defer { yaml_event_delete(&event) }
        let line = Int(event.start_mark.line) + 1
        let column = Int(event.start_mark.column) + 1
        switch event.type {
        case YAML_DOCUMENT_START_EVENT:
            return Event(kind: .documentStart, line: line, column: column)
        case YAML_ALIAS_EVENT:
            return Event(kind: .alias, line: line, column: column)
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            // yaml_event_t: value and length; libyaml has checked that the bytes are UTF-8.
            let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            return Event(
                kind: .scalar(text, style(of: scalar.style)), line: line, column: column,
                hasAnchor: scalar.anchor != nil, hasTag: scalar.tag != nil)
        case YAML_SEQUENCE_START_EVENT:
            let start = event.data.sequence_start
            return Event(
                kind: .sequenceStart, line: line, column: column, hasAnchor: start.anchor != nil,
                hasTag: start.tag != nil)
        case YAML_MAPPING_START_EVENT:
            let start = event.data.mapping_start
            return Event(
                kind: .mappingStart, line: line, column: column, hasAnchor: start.anchor != nil,
                hasTag: start.tag != nil)
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT:
            return Event(kind: .collectionEnd, line: line, column: column)
        case YAML_STREAM_END_EVENT:
            return Event(kind: .streamEnd, line: line, column: column)
        default:
            return Event(kind: .other, line: line, column: column)
        }
    }

    private func style(of style: yaml_scalar_style_t) -> YAMLNode.Style {
        switch style {
        case YAML_PLAIN_SCALAR_STYLE: .plain
        case YAML_LITERAL_SCALAR_STYLE, YAML_FOLDED_SCALAR_STYLE: .block
        default: .quoted
        }
    }

    /// What libyaml says about the call that failed, copied.
    private func failure() -> YAMLError {
        let code = YAMLError.Code(rawValue: Int32(parser.pointee.error.rawValue))
        let problem = parser.pointee.problem.map { String(cString: $0) } ?? "the text cannot be read"
        // yaml.h: a reader error has an offset in bytes, every other a mark.
        if code == .reader || code == .memory {
            let (line, column) = position(atOffset: Int(parser.pointee.problem_offset))
            return YAMLError(code: code, call: "yaml_parser_parse", message: problem, line: line, column: column)
        }
        let context = parser.pointee.context.map { String(cString: $0) + ": " } ?? ""
        let mark = parser.pointee.problem_mark
        return YAMLError(
            code: code, call: "yaml_parser_parse", message: context + problem, line: Int(mark.line) + 1,
            column: Int(mark.column) + 1)
    }

    private func position(atOffset offset: Int) -> (line: Int, column: Int) {
        var (line, column) = (1, 1)
        for byte in input.prefix(offset) {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xc0 != 0x80 {
                column += 1
            }
        }
        return (line, column)
    }
}
