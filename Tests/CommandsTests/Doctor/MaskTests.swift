import Testing

@testable import Commands

struct MaskTests {
    @Test(arguments: [
        "hunter-2-hunter", "aHVudGVyLTItaHVudGVy", "in the middle of hunter-2-hunter words", "?k=hunter-2-hunter&b",
    ])
    func aKnownSecretGoesWhereverItStands(_ text: String) {
        let masked = Mask(["hunter-2-hunter"]).masked(text)
        #expect(masked.contains(Mask.mark))
        #expect(!masked.contains("hunter") && !masked.contains("aHVudGVy"))
    }

    @Test func everyFormOfASecretGoes() {
        let mask = Mask(["a \"quoted/secret\"", "first line of a key\nsecond line of a key"])
        #expect(mask.masked(#"{"x":"a \"quoted/secret\""}"#) == #"{"x":"[secret]"}"#)
        #expect(mask.masked("a%20%22quoted%2Fsecret%22") == "[secret]")
        #expect(mask.masked("> second line of a key") == "> [secret]")
    }

    @Test(arguments: [
        ("https://ada:pass@host/x and git@host", "https://[secret]@host/x and git@host"),
        ("http://h/?token=abc&page=2", "http://h/?token=[secret]&page=2"),
        ("API_KEY=abc OTHER=x", "API_KEY=[secret] OTHER=x"),
        (#"{"password": "p", "name": "n"}"#, #"{"password": "[secret]", "name": "n"}"#),
        ("Authorization: Bearer abc.def", "Authorization: [secret]"),
        ("      token: { file: /run/token }", "      token: { file: /run/token }"),
        ("    webhook_secret:", "    webhook_secret:"),
        ("at 12:30:01 all was well: 3 of 3", "at 12:30:01 all was well: 3 of 3"),
    ])
    func secretsAreKnownByTheirPlace(_ text: String, _ masked: String) {
        #expect(Mask([]).masked(text) == masked)
    }

    @Test func whatIsTooShortToBeASecretStays() {
        #expect(Mask(["a", "web", ""]).masked("a web of words") == "a web of words")
    }
}
