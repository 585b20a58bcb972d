import Testing

@testable import Watcher

@Suite struct RefNameRulesTests {
    @Test(arguments: [
        "refs/heads/main", "refs/heads/feature/a'b\"c", "refs/tags/v1.0", "refs/heads/-x", "refs/heads/$(id)",
        "refs/heads/ü", "refs/heads/refs/heads/x", "refs/heads/a@b", "refs/heads/@", "refs/heads/a.lockx",
        "refs/heads/;rm", "refs/heads/HEAD",
    ])
    func accepts(name: String) { #expect(RefNameRules.accept(Array(name.utf8))) }

    @Test func acceptsBytesThatAreNoText() { #expect(RefNameRules.accept(Array("refs/heads/".utf8) + [0xff, 0xfe])) }

    @Test(arguments: [
        "HEAD", "refs/heads/", "refs/heads/a b", "refs/heads/a\nb", "refs/heads/a\u{1b}[0m", "refs/heads/a\u{7f}",
        "refs/heads/a..b", "refs/heads/.a", "refs/heads/a/.b", "refs/heads/a.lock", "refs/heads/a.lock/b",
        "refs/heads/a@{b", "refs/heads/a//b", "refs/heads/a/", "refs/heads/a.", "refs/heads/a\\b", "refs/heads/*",
        "refs/heads/a:b", "refs/heads/a~1", "refs/heads/a^", "refs/heads/a?", "refs/heads/[a", "refs/pull/1/head",
    ])
    func refuses(name: String) { #expect(!RefNameRules.accept(Array(name.utf8))) }

    @Test func refusesNamesThatAreTooLong() {
        #expect(RefNameRules.accept(Array("refs/heads/".utf8) + [UInt8](repeating: 0x61, count: 250)))
        #expect(!RefNameRules.accept(Array("refs/heads/".utf8) + [UInt8](repeating: 0x61, count: 4000)))
    }
}
