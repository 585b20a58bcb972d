import Testing

@testable import Commands

struct GitConfigurationTests {
    struct Text: Sendable {
        let text: String
        let urls: [String]
    }

    @Test(arguments: [
        Text(
            text: "[remote \"origin\"]\n\turl = https://a/b.git\n\tfetch = +refs/*:refs/*\n", urls: ["https://a/b.git"]),
        Text(text: "[core]\nurl = no\n[Remote \"a\"]\nURL=x # why\n[remote \"b\"]\nurl = y ; z\n", urls: ["x", "y"]),
        Text(text: "[remote \"a\"]\nurl = \"with space # and hash\"\n", urls: ["with space # and hash"]),
        Text(text: "[remote \"a\"]\nurl = one\\\ntwo\n", urls: ["onetwo"]),
        Text(text: "[remote.old]\nurl = x\n", urls: ["x"]),
        Text(text: "[remotely]\nurl = x\n[remote \"a\"]\npushurl = y\nurl =\n", urls: []),
        Text(text: "", urls: []),
    ])
    func remotesAreRead(_ text: Text) {
        #expect(GitConfiguration.remotes(in: text.text) == text.urls)
    }

    @Test(arguments: [
        "https://github.com/acme/shop.git", "https://me:token@github.com/acme/shop", "git@github.com:acme/shop.git",
        "ssh://git@GitHub.com:22/acme/shop.git/", "git://github.com/acme//shop", "github.com:/acme/shop.git",
    ])
    func waysToOneRepositoryAreOnePlace(_ address: String) {
        #expect(RepositoryPlace(address) == RepositoryPlace("https://github.com/acme/shop"))
    }

    @Test(arguments: [
        ("/srv/shop.git", "file:///srv/shop.git", true), ("/srv/shop", "/srv/shop2", false),
        ("https://a/x/shop", "https://b/x/shop", false), ("https://a/shop", "https://a/Shop", false),
        ("ssh://[::1]:22/shop", "ssh://[::1]/shop", true), ("./a:b", "/a:b", false),
    ])
    func placesAreComparedByHostAndPath(_ left: String, _ right: String, _ isSame: Bool) {
        #expect((RepositoryPlace(left) == RepositoryPlace(right)) == isSame)
    }

    @Test(arguments: ["", "https://github.com", "https://github.com/", "host:"])
    func whatNamesNoRepositoryIsNoPlace(_ address: String) {
        #expect(RepositoryPlace(address) == nil)
    }
}
