import Testing

@testable import Commands

struct EventStreamReaderTests {
    struct Stream: Sendable {
        let text: String
        let events: [String]
    }

    @Test(arguments: [
        Stream(text: "data: one\n\ndata: two\n\n", events: ["one", "two"]),
        Stream(text: "id: 7\nevent: deployment\ndata: one\n\n", events: ["one"]),
        Stream(text: ": keep alive\n\n: again\n\n", events: []),
        Stream(text: "data:one\r\n\r\ndata: two\r\n\r\n", events: ["one", "two"]),
        Stream(text: "data: one\rdata: more\r\r", events: ["one\nmore"]),
        Stream(text: "data: a\ndata: b\n\n", events: ["a\nb"]),
        Stream(text: "data: not ended\n", events: []),
        Stream(text: "data:\n\n", events: [""]),
        Stream(text: "data: grüße\n\n", events: ["grüße"]),
    ])
    func eventsAreFoundHoweverTheyAreCut(_ stream: Stream) {
        let bytes = Array(stream.text.utf8)
        for size in 1...max(1, bytes.count) {
            var reader = EventStreamReader()
            var events: [String] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                events += reader.take(Array(rest.prefix(size))).map { String(decoding: $0, as: UTF8.self) }
                rest = rest.dropFirst(size)
            }
            #expect(events == stream.events)
        }
    }
}
