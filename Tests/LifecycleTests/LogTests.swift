import Glibc
import Lifecycle
import Synchronization
import Testing

private final class MemorySink: Log.Sink {
    private let stored = Mutex<[Log.Record]>([])
    var records: [Log.Record] { stored.withLock { $0 } }
    func write(_ record: Log.Record) { stored.withLock { $0.append(record) } }
}

struct LogTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let format: Log.Format
        let message: String
        let value: String
        let line: String
        var testDescription: String { "\(format.rawValue): \(line)" }
        init(_ format: Log.Format, _ message: String, _ value: String, _ line: String) {
            (self.format, self.message, self.value, self.line) = (format, message, value, line)
        }
    }

    @Test(arguments: [
        Row(.text, "done", "shop", "NOW info done key=shop"),
        Row(.text, "done", "two words", "NOW info done key=\"two words\""),
        Row(.text, "done", "", "NOW info done key=\"\""),
        Row(.text, "done", "a=b", "NOW info done key=\"a=b\""),
        Row(.text, "done", "a\"b", "NOW info done key=\"a\\\"b\""),
        Row(.text, "done", "a\nNOW info forged", "NOW info done key=\"a\\nNOW info forged\""),
        Row(.text, "a\nb\u{1b}[2J", "x", "NOW info a\\x0ab\\x1b[2J key=x"),
        Row(.text, "a\u{9b}b\u{202e}c\u{2028}", "x", "NOW info a\\xc2\\x9bb\\xe2\\x80\\xaec\\xe2\\x80\\xa8 key=x"),
        Row(.text, "日本", "é", "NOW info 日本 key=é"),
        Row(.journal, "done\n<3>forged", "x", "<6>done\\x0a<3>forged key=x"),
        Row(.json, "done", "x", "{\"time\":\"NOW\",\"level\":\"info\",\"message\":\"done\",\"key\":\"x\"}"),
        Row(
            .json, "a\"\\\n\u{1b}\u{7f}\u{202e}", "\u{e0041}",
            "{\"time\":\"NOW\",\"level\":\"info\",\"message\":\"a\\\"\\\\\\n\\u001b\\u007f\\u202e\","
                + "\"key\":\"\\udb40\\udc41\"}"),
    ])
    func everyRecordIsOneHarmlessLine(_ row: Row) {
        let sink = MemorySink()
        Log(sink: sink).info(row.message, ("key", row.value))
        let line = sink.records.map { LogLine.render($0, format: row.format, now: "NOW") }
        #expect(line == [row.line])
    }

    @Test func fieldsAreCarriedInOrder() {
        let sink = MemorySink()
        Log(sink: sink).with("project", "shop").with("environment", "staging").info("live", ("commit", "1a2b3c4"))
        #expect(sink.records.first?.fields.map(\.key) == ["project", "environment", "commit"])
    }

    @Test func thresholdDropsWhatMattersLess() {
        let sink = MemorySink()
        let log = Log(sink: sink, threshold: .warning)
        log.debug("d")
        log.info("i")
        log.warning("w")
        log.error("e")
        #expect(sink.records.map(\.message) == ["w", "e"])
        #expect(Log.Level.debug < .info && Log.Level.info < .warning && Log.Level.warning < .error)
    }

    @Test func messagesBelowTheThresholdAreNotMade() {
        let log = Log(sink: MemorySink(), threshold: .error)
        func costly() -> String {
            Issue.record("made for nothing")
            return ""
        }
        log.debug(costly())
    }

    @Test(arguments: [Log.Format.text, .journal, .json])
    func knownSecretsNeverLeave(format: Log.Format) throws {
        let written = try throughPipe(format: format) { sink in
            for secret in ["s3cr", "s3cret-long", "quo\"ted\\secret", "two\nlines of key", "abc"] {
                sink.redact(secret)
            }
            let log = Log(sink: sink)
            log.info("token s3cret-long was refused", ("password", "quo\"ted\\secret"))
            log.with("key", "two\nlines of key").info("abc is too short to be told from a word")
        }
        for part in ["s3cr", "et-long", "ted", "lines of key"] { #expect(!written.contains(part), "\(written)") }
        #expect(written.contains("[secret]") && written.contains("abc"))
        #expect(written.split(separator: "\n").count == 2)
    }

    /// What a sink writes, read back from a pipe.
    private func throughPipe(format: Log.Format, _ body: (DescriptorSink) -> Void) throws -> String {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        body(DescriptorSink(descriptor: ends[1], format: format))
        close(ends[1])
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = read(ends[0], &buffer, buffer.count)
        close(ends[0])
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }

    @Test func nowIsRFC3339() {
        #expect(LogLine.now().wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/) != nil)
    }
}
