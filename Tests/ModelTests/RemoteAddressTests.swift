import Model
import Testing

struct RemoteAddressTests {
    @Test(arguments: [
        "https://github.com/acme/shop.git", "https://git.example.com:8443/a/b", "ssh://git@github.com/acme/shop.git",
        "ssh://git@host:2222/~u/x", "ssh://deploy_bot@host/x", "http://localhost:3000/x", "git://localhost/x",
        "file:///srv/git/shop.git", "https://[::1]:8443/x", "https://[2001:db8::1]/x", "https://h/a+b@c,d=e:f",
    ])
    func isRebuiltFromItsParts(text: String) throws {
        #expect(try RemoteAddress(parsing: text).description == text)
    }

    struct Attack: Sendable, CustomTestStringConvertible {
        let text: String
        let problem: RemoteAddress.Problem
        var testDescription: String { text.debugDescription }
        init(_ text: String, _ problem: RemoteAddress.Problem) { (self.text, self.problem) = (text, problem) }
    }

    @Test(arguments: [
        Attack("", .noScheme), Attack("/srv/git/x", .noScheme), Attack("./x", .noScheme), Attack("x", .noScheme),
        Attack("git@github.com:acme/shop.git", .noScheme), Attack("ext::sh -c id", .noScheme),
        Attack("fd::17", .noScheme), Attack("-oProxyCommand=id:x", .noScheme), Attack("file:/x", .noScheme),
        Attack("ext::sh://h/x", .unknownScheme("ext::sh")), Attack("ftp://h/x", .unknownScheme("ftp")),
        Attack("HTTPS://h/x", .unknownScheme("HTTPS")), Attack(" https://h/x", .unknownScheme(" https")),
        Attack("\u{1b}://h/x", .unknownScheme("\\x1b")), Attack("git+ssh://h/x", .unknownScheme("git+ssh")),
        Attack("ssh://-oProxyCommand=id/x", .badHost), Attack("ssh://-x/x", .badHost),
        Attack("ssh://user@-x:22/x", .badHost), Attack("ssh://-user@h/x", .containsCredential),
        Attack("ssh://u:p@h/x", .containsCredential), Attack("https://u:p@h/x", .containsCredential),
        Attack("https://token@h/x", .containsCredential), Attack("ssh://@h/x", .containsCredential),
        Attack("ssh://a@b@h/x", .containsCredential), Attack("ssh://a b@h/x", .containsCredential),
        Attack("https:///x", .badHost), Attack("https://./x", .badHost), Attack("https://a..b/x", .badHost),
        Attack("https://a b/x", .badHost), Attack("https://a%0ab/x", .badHost), Attack("https://a\nb/x", .badHost),
        Attack("https://exa\u{3002}com/x", .badHost), Attack("https://ex\u{ff0e}com/x", .badHost),
        Attack("https://é.example/x", .badHost), Attack("https://h\\x/x", .badHost),
        Attack("https://[fe80::1%25eth0]/x", .badHost), Attack("https://[]/x", .badHost),
        Attack("https://[::1/x", .badHost), Attack("https://[::1]evil/x", .badPort),
        Attack("https://h:/x", .badPort), Attack("https://h:0/x", .badPort), Attack("https://h:65536/x", .badPort),
        Attack("https://h:+80/x", .badPort), Attack("https://h:-1/x", .badPort), Attack("https://h:8O/x", .badPort),
        Attack("https://h:99999999999999999999/x", .badPort),
        Attack("https://h", .badPath), Attack("https://h/", .badPath), Attack("https://h/a%0ab", .badPath),
        Attack("https://h/a b", .badPath), Attack("https://h/a\nb", .badPath), Attack("https://h/a;id", .badPath),
        Attack("https://h/a'b", .badPath), Attack("https://h/a\"b", .badPath), Attack("https://h/$(id)", .badPath),
        Attack("https://h/`id`", .badPath), Attack("https://h/a?b", .badPath), Attack("https://h/a#b", .badPath),
        Attack("https://h/../x", .badPath), Attack("https://h/a/..", .badPath), Attack("https://h/a\\b", .badPath),
        Attack("https://h/é", .badPath), Attack("file://host/x", .badHost), Attack("file://u@h/x", .containsCredential),
        Attack("file://:1/x", .badHost), Attack("file:///a/../../etc", .badPath),
    ])
    func attacksAreRefusedBeforeAnyLibrarySeesThem(_ attack: Attack) {
        #expect(throws: attack.problem) { try RemoteAddress(parsing: attack.text) }
    }

    @Test(arguments: [
        ("https://h/acme/shop.git", "shop"), ("https://h/shop", "shop"), ("https://h/a/shop/", "shop"),
        ("file:///srv/.git", ""),
    ])
    func suggestsTheProjectsName(text: String, name: String) throws {
        #expect(try RemoteAddress(parsing: text).repositoryName == name)
    }

    @Test func passwordsNeverAppearInDescriptions() {
        let credential = RemoteCredential.password(user: "u", Secret("hunter2"))
        #expect(!"\(credential)".contains("hunter2"))
        #expect(!String(reflecting: credential).contains("hunter2"))
    }
}
