import Config
import Testing

struct ConfigurationMistakeTests {
    @Test(arguments: [
        Mistake("", "config.yml: there is no project; write projects: [{ repository: https://… }]"),
        Mistake(
            "listen: 127.0.0.1:7420", "config.yml:1:1: there is no project; write projects: [{ repository: https://… }]"
        ),
        Mistake("projcts: []", "config.yml:1:1: projcts: unknown field 'projcts'; did you mean 'projects'?"),
        Mistake(
            "projects: [{ name: a }]",
            "config.yml:1:12: projects[0].repository: 'repository' is missing; The URL of the repository."),
        Mistake(
            "projects: [{ repository: https://h/a }, { repository: https://i/a }]",
            "config.yml:1:41: projects[1]: a project named 'a' is there already, on line 1; give one of them another name: name: …"
        ),
        Mistake(
            "projects: []\nnotifications: [{ url: https://h }]",
            "config.yml:2:17: notifications[0].secret: a webhook is signed, and there is no secret; printf 'whsec_%s\\n' \"$(openssl rand -base64 32)\" > FILE, and write secret: { file: FILE }"
        ),
        Mistake(
            "projects: []\nnotifications: [{ kind: slack, url: { file: /u }, secret: { file: /k } }]",
            "config.yml:2:59: notifications[0].secret: a Slack hook takes no signature; its address is the secret: write url: { file: … }"
        ),
        Mistake(
            "projects: []\nnotifications: [{ kind: slack, url: ftp://h/secret }]",
            "config.yml:2:37: notifications[0].url: it is no address of a notification; it begins with https:// or http://"
        ),
        Mistake(
            "projects: []\nnotifications: [{ kind: slack, url: https://u:p@h }]",
            "config.yml:2:37: notifications[0].url: the address holds a user or password; remove it"),
        Mistake(
            "projects: []\nnotifications: [{ kind: slack, url: { file: /u }, on: [faild] }]",
            "config.yml:2:56: notifications[0].on[0]: 'faild' is no end of a deployment; did you mean 'failed'?"),
        Mistake(
            "projects: []\nnotifications: [{ kind: slack, url: { file: /u } }, { kind: slack, url: { file: /v } }]",
            "config.yml:2:53: notifications[1]: a notification named 'slack' is there already, on line 2; give one of them another name: name: …"
        ),
        Mistake(
            "projects: []\nnotifications: [{ kind: slack, url: https://h/secret }]",
            "config.yml:2:37: notifications[0].url: the address of a Slack hook is a secret, which is never written here; put it into a file of its own and write url: { file: /path/of/it }"
        ),
        Mistake(
            "projects: []\nnotifications: [{ kind: slack }]",
            "config.yml:2:17: notifications[0].url: 'url' is missing; Where it is sent, or the file that says so."),
        Mistake(
            "projects: []\nlisten: localhost:80",
            "config.yml:2:9: listen: 'localhost:80' is no address to listen on; an IP address and a port, such as 127.0.0.1:7420 or [::1]:7420"
        ),
        Mistake(
            "projects: []\nlisten: ::1",
            "config.yml:2:9: listen: '::1' is no address to listen on; an IP address and a port, such as 127.0.0.1:7420 or [::1]:7420"
        ),
        Mistake(
            "projects: []\nstate: ./state",
            "config.yml:2:8: state: './state' is no absolute path; it begins with / and has no '..'"),
        Mistake(
            "projects: []\nruntime: { kind: kubernetes }",
            "config.yml:2:18: runtime.kind: 'kubernetes' is not supported yet; write engine"),
        Mistake(
            "projects: []\nruntime: { kubeconfig: /x }",
            "config.yml:2:24: runtime.kubeconfig: 'kubeconfig' is not supported yet; remove it: containers run on Podman or Docker for now"
        ),
        Mistake(
            "projects: []\nruntime: { socket: \"tcp://h:1\" }",
            "config.yml:2:20: runtime.socket: 'tcp://h:1' is no Unix socket; auto, or a path such as /run/podman/podman.sock"
        ),
        Mistake(
            "projects: []\nruntime: { ports: 20000 }",
            "config.yml:2:19: runtime.ports: '20000' is no range of ports; such as 20000-29999"),
        Mistake(
            "projects: []\nruntime: { ports: 100-20000 }",
            "config.yml:2:19: runtime.ports: 100-20000 is out of range; at least 100 ports from 1024 to 65535"),
        Mistake(
            "projects: []\nruntime: { ports: 8000-9000 }",
            "config.yml:2:19: runtime.ports: the containers' ports include router.http, 8080; move one of them"),
        Mistake(
            "projects: []\nruntime: { subnets: 8.8.0.0/16 }",
            "config.yml:2:21: runtime.subnets: 8.8.0.0/16 is out of range; a private block from /8 to /22"),
        Mistake(
            "projects: []\nrouter: { https: 443 }",
            "config.yml:2:18: router.https: 'https' is not supported yet; remove it: applications are reached over HTTP for now"
        ),
        Mistake(
            "projects: []\nrouter: { domain: \"*.example.com\" }",
            "config.yml:2:19: router.domain: '*.example.com' is no domain; without the wildcard"),
        Mistake(
            "projects: []\nrouter: { http: 7420 }",
            "config.yml:2:17: router.http: 7420 is the port of 'listen', too; move one of them"),
        Mistake(
            "projects: []\nlimits: { delivery: 26Mi }",
            "config.yml:2:21: limits.delivery: 26Mi is out of range; from 64Ki to 25Mi"),
        Mistake(
            "projects: []\npoll: { interval: 100ms }",
            "config.yml:2:19: poll.interval: 100ms is out of range; from 1s to 1d"),
        Mistake(
            "projects: []\npublic_url: slipway.example.com",
            "config.yml:2:13: public_url: 'slipway.example.com' is no address of a site; such as https://slipway.example.com, without a path"
        ),
        Mistake(
            "projects: []\nregistries: [{ host: \"https://r\", user: u, password: { file: /s } }]",
            "config.yml:2:22: registries[0].host: 'https://r' is no registry's host; such as registry.example.com or localhost:5000, without https://"
        ),
    ])
    func saysWhatIsWrongAndWhatToDo(mistake: Mistake) {
        #expect(Reading.configurationProblems(mistake.text) == [mistake.problem])
    }

    private static let start = "config.yml:1:26: projects[0].repository: "

    @Test(arguments: [
        (
            "git@github.com:acme/shop.git",
            "the URL of a repository begins with https:// or ssh://; write ssh://git@github.com/acme/shop.git"
        ),
        ("/srv/git/shop.git", "the URL of a repository begins with https:// or ssh://; write file:///srv/git/shop.git"),
        (
            "github.com/acme/shop",
            "the URL of a repository begins with https:// or ssh://; write https://github.com/acme/shop"
        ),
        ("shop", "the URL of a repository begins with https:// or ssh://; such as https://github.com/acme/shop.git"),
        (
            "-oProxyCommand=x:y",
            "the URL of a repository begins with https:// or ssh://; such as https://github.com/acme/shop.git"
        ),
        (
            "ext::sh -c x",
            "the URL of a repository begins with https:// or ssh://; such as https://github.com/acme/shop.git"
        ),
        ("HTTPS://h/a", "'HTTPS://' is not supported; in lower case: https://"),
        ("git+ssh://h/a", "'git+ssh://' is not supported; https:// or ssh://; git+ssh:// is ssh://"),
        ("https://me:s3cret@h/a", "the URL holds a user or password; remove it, and write it under 'credential'"),
        ("https:///a", "the URL names no host that could be one; such as https://github.com/acme/shop.git"),
        (
            "ssh://git@h:acme/shop",
            "the port in the URL is no number from 1 to 65535; ssh:// separates host and path by '/', not by ':'"
        ),
        ("https://h", "the URL names no repository; its path has letters, digits and -._~/+@,=: only, and no '..'"),
        (
            "https://h/a/../b",
            "the URL names no repository; its path has letters, digits and -._~/+@,=: only, and no '..'"
        ),
    ])
    func explainsURLs(url: String, problem: String) {
        #expect(
            Reading.configurationProblems("projects: [{ repository: \"\(url)\" }]") == [Self.start + problem])
    }

    @Test(arguments: [
        (
            "{ token: ghp_s3cret }",
            "credential.token: a secret is never written here; put it into a file of its own and write { file: /path/of/it }"
        ),
        (
            "{ token: { file: s3cret.txt } }",
            "credential.token.file: 's3cret.txt' is no absolute path; it begins with / and has no '..'"
        ),
        ("{ token: {} }", "credential.token: it is not said where the secret is; write { file: /path/of/it }"),
        (
            "{ token: { file: /a, credential: b } }",
            "credential.token: two places are named; keep one of file and credential"
        ),
        (
            "{ token: { credential: ../b } }",
            "credential.token.credential: '../b' is no name of a credential; such as github, as in LoadCredential=github:…"
        ),
        (
            "{ token: { env: TOKEN } }",
            "credential.token.env: unknown field 'env'; environment variables are not read; write file: …"
        ),
        ("{}", "credential: there is no credential in it; give one of token, password, ssh_key and app"),
        (
            "{ token: { file: /a }, ssh_key: { file: /b } }",
            "credential: token and ssh_key exclude each other; give one of token, password, ssh_key and app"
        ),
        ("{ password: { file: /a } }", "credential.user: 'user' is missing; a password needs it"),
        ("{ token: { file: /a }, known_hosts: /b }", "credential.known_hosts: 'known_hosts' goes with 'ssh_key' only"),
        (
            "{ ssh_key: { file: /a }, known_hosts: /b }",
            "credential: a key is of use to ssh:// only; give a token or user and password"
        ),
        (
            "{ app: { id: 1 } }",
            "credential.app.private_key: 'private_key' is missing; Where its private key is kept, as the .pem file that GitHub gave."
        ),
        (
            "{ app: { id: 1, private_key: { file: /a } }, user: ada }",
            "credential.user: an app needs no user; remove it"
        ),
    ])
    func explainsCredentials(credential: String, problem: String) {
        let problems = Reading.configurationProblems(
            "projects: [{ repository: https://h/a, credential: \(credential) }]")
        let messages = problems.map { String($0.drop { $0 != " " }.dropFirst()) }
        let wanted = "projects[0]." + problem
        #expect(messages.contains(wanted))
        // `{ token: { env: … } }` misses its file as well.
        #expect(messages.count == (credential.contains("env:") ? 2 : 1))
        #expect(!messages.joined().contains("ghp_"))
    }

    @Test(arguments: [
        ("http://git.example.com/a", "a credential is never sent over plain http://; use https:// or ssh://"),
        ("ssh://git@h/a", "ssh:// wants a key; credential: { ssh_key: { file: … }, known_hosts: … }"),
        ("git://h/a", "git:// takes no credential; remove it"),
        ("file:///srv/a", "file:// takes no credential; remove it"),
    ])
    func keepsCredentialsFromWhereTheyDoNotBelong(url: String, problem: String) {
        let text = "projects: [{ repository: \"\(url)\", credential: { token: { file: /a } } }]"
        let problems = Reading.configurationProblems(text)
        #expect(problems.count == 1)
        #expect(problems.first?.hasSuffix("projects[0].credential: \(problem)") == true)
    }

    @Test(arguments: ["http://127.0.0.1:8000/a", "http://localhost/a", "http://[::1]:80/a", "https://h/a"])
    func sendsCredentialsOverLoopbackOrTLS(url: String) {
        let text = "projects: [{ repository: \"\(url)\", credential: { token: { file: /a } } }]"
        #expect(Reading.configurationProblems(text) == [])
    }

    @Test func wantsAKeyForSSH() {
        let problems = Reading.configurationProblems("projects: [{ repository: \"ssh://git@h/a\" }]")
        #expect(problems.count == 1)
        #expect(problems.first?.contains("an ssh:// repository needs a key") == true)
    }

    @Test func wantsAUnitForSystemdCredentials() {
        let text = "projects: [{ repository: https://h/a, credential: { token: { credential: github } } }]"
        let error = #expect(throws: ConfigError.self) {
            try ConfigurationReader.read(
                Array(text.utf8), file: "c", surroundings: Surroundings(isRoot: true, variables: [:]))
        }
        #expect(error?.problems.map(\.message) == ["there is no $CREDENTIALS_DIRECTORY"])
    }
}
