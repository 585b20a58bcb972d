import Config
import Model
import Testing

struct ManifestMistakeTests {
    @Test(arguments: [
        Mistake(
            "- a", "slipway.yml:1:1: expected fields, found a list; write it as { name: …, services: …, databases: … }"),
        Mistake(
            "environments: { preview: { forks: always } }",
            "slipway.yml:1:35: environments.preview.forks: 'always' is not what becomes of forks; "
                + "a fork's code is never run unasked: write ask, and allow each commit"),
        Mistake(
            "environments: { preview: { drafts: no } }",
            "slipway.yml:1:36: environments.preview.drafts: expected true or false, found text; write false"),
        Mistake(
            "environments: { preview: { titles: [\"!\"] } }",
            "slipway.yml:1:37: environments.preview.titles[0]: '!' is no pattern of a title; "
                + "such as \"!WIP*\": * stands for anything, ! in front excludes"),
        Mistake("services:", "slipway.yml:1:1: services: 'services' has no value; give one, or remove the line"),
        Mistake("services: {}", "slipway.yml:1:11: services: there is no service; remove 'services' for the default"),
        Mistake(
            "services: { Web: {} }",
            "slipway.yml:1:13: services.Web: 'Web' cannot be the name of a service; a-z, 0-9 and single '-', at most 20 characters"
        ),
        Mistake(
            "services: { a--b: {} }",
            "slipway.yml:1:13: services.a--b: 'a--b' cannot be the name of a service; a-z, 0-9 and single '-', at most 20 characters"
        ),
        Mistake(
            "services: { a23456789012345678901: {} }",
            "slipway.yml:1:13: services.a23456789012345678901: 'a23456789012345678901' cannot be the name of a service; a-z, 0-9 and single '-', at most 20 characters"
        ),
        Mistake(
            "services: { web: { port: \"80\" } }",
            "slipway.yml:1:26: services.web.port: expected a whole number, found text in quotes; remove the quotes"),
        Mistake(
            "services: { web: { port: 0o17 } }",
            "slipway.yml:1:26: services.web.port: expected a whole number, found text; decimal digits only"),
        Mistake(
            "services: { web: { port: 08 } }",
            "slipway.yml:1:26: services.web.port: expected a whole number, found a number; decimal digits only"),
        Mistake(
            "services: { web: { port: 1_000 } }",
            "slipway.yml:1:26: services.web.port: expected a whole number, found text; decimal digits only"),
        Mistake(
            "services: { web: { port: 70000 } }",
            "slipway.yml:1:26: services.web.port: 70000 is out of range; from 1 to 65535"),
        Mistake(
            "services: { web: { port: 99999999999999999999 } }",
            "slipway.yml:1:26: services.web.port: 99999999999999999999 is out of range; from 1 to 65535"),
        Mistake(
            "services: { web: { port: \"8080:80\" } }",
            "slipway.yml:1:26: services.web.port: '8080:80' is no port; only the port inside the container: 80"),
        Mistake(
            "services: { web: { command: bin/server --all } }",
            "slipway.yml:1:29: services.web.command: expected a list, found text; write [bin/server, --all]"),
        Mistake(
            "services: { web: { command: \"a && b\" } }",
            "slipway.yml:1:29: services.web.command: expected a list, found text; there is no shell: write [program, argument]"
        ),
        Mistake("services: { web: { command: [] } }", "slipway.yml:1:29: services.web.command: the list is empty"),
        Mistake(
            "services: { web: { env: { PORT: 80 } } }",
            "slipway.yml:1:27: services.web.env.PORT: PORT is set by Slipway; use the service's 'port'"),
        Mistake(
            "services: { web: { env: { SLIPWAY_URL: x } } }",
            "slipway.yml:1:27: services.web.env.SLIPWAY_URL: names that begin with SLIPWAY_ are set by Slipway"),
        Mistake(
            "services: { web: { env: { A: ~ } } }",
            "slipway.yml:1:30: services.web.env.A: expected text, found nothing; write \"\" for empty text"),
        Mistake(
            "services: { web: { env: { A: [b] } } }",
            "slipway.yml:1:30: services.web.env.A: expected text, found a list"),
        Mistake(
            "services: { web: { env: [A=b] } }",
            "slipway.yml:1:25: services.web.env: expected names with values, found a list; write it as { LOG_LEVEL: … }"
        ),
        Mistake(
            "services: { web: { env: { A: \"x${db.url}\" } } }",
            "slipway.yml:1:30: services.web.env.A: references such as ${db.url} are not supported yet; for a literal ${ write $${"
        ),
        Mistake(
            "services: { web: { build: { args: { LD_PRELOAD: x } } } }",
            "slipway.yml:1:37: services.web.build.args.LD_PRELOAD: 'LD_PRELOAD' is refused as a build argument; set it in the Dockerfile where it is needed"
        ),
        Mistake(
            "services: { web: { build: . } }",
            "slipway.yml:1:27: services.web.build: expected fields, found text; write it as { context: …, dockerfile: …, target: … }"
        ),
        Mistake(
            "services: { web: { healthcheck: {} } }",
            "slipway.yml:1:20: services.web.healthcheck: unknown field 'healthcheck'; did you mean 'health'?"),
        Mistake(
            "services: { web: { ports: [80] } }",
            "slipway.yml:1:20: services.web.ports: unknown field 'ports'; did you mean 'port'?"),
        Mistake(
            "services: { web: { memory: 1Gi } }",
            "slipway.yml:1:20: services.web.memory: unknown field 'memory'; it belongs under 'resources'"),
        Mistake(
            "services: { web: { privileged: true } }",
            "slipway.yml:1:20: services.web.privileged: unknown field 'privileged'; known here: build, port, public, command, env, health, replicas, resources, depends_on, drain_timeout, stop_timeout, overlap"
        ),
        Mistake(
            "services: { web: { dependsOn: [web] } }",
            "slipway.yml:1:20: services.web.dependsOn: unknown field 'dependsOn'; write 'depends_on'"),
        Mistake(
            "services: { web: { port: none, public: true } }",
            "slipway.yml:1:40: services.web.public: a service without a port cannot be public"),
        Mistake(
            "services: { web: { port: none, health: { path: / } } }",
            "slipway.yml:1:48: services.web.health.path: a service without a port answers no requests"),
        Mistake(
            "services: { web: { overlap: false, replicas: 2 } }",
            "slipway.yml:1:46: services.web.replicas: 2 replicas contradict 'overlap: false'; that means never two at once"
        ),
        Mistake(
            "services: { a: { depends_on: [a] } }",
            "slipway.yml:1:31: services.a.depends_on[0]: services wait for each other: a → a"),
        Mistake(
            "services: { a: { depends_on: [b] }, b: { depends_on: [c] }, c: { depends_on: [a] } }",
            "slipway.yml:1:79: services.c.depends_on[0]: services wait for each other: a → b → c → a"),
        Mistake(
            "services: { api: {}, web: { depends_on: [apo] } }",
            "slipway.yml:1:42: services.web.depends_on[0]: there is no service 'apo'; did you mean 'api'?"),
        Mistake(
            "services: { a: {}, b: { depends_on: [a, a] } }",
            "slipway.yml:1:41: services.b.depends_on[1]: 'a' is named twice"),
        Mistake(
            "environments: { preview: true }",
            "slipway.yml:1:26: environments.preview: expected fields, found true; write it as { pull_requests: …, branches: …, expire: … }"
        ),
        Mistake(
            "environments: { staging: }",
            "slipway.yml:1:17: environments.staging: 'staging' has no value; give one, or remove the line"),
        Mistake(
            "environments: { prod: {} }",
            "slipway.yml:1:17: environments.prod: unknown field 'prod'; did you mean 'production'?"),
        Mistake(
            "environments: { staging: { branch: refs/heads/main } }",
            "slipway.yml:1:36: environments.staging.branch: 'refs/heads/main' is no short name; such as main"),
        Mistake(
            "environments: { staging: { branch: \"feature/*\" } }",
            "slipway.yml:1:36: environments.staging.branch: 'feature/*' is a pattern; name one branch"),
        Mistake(
            "environments: { production: { tag: \"^v[0-9]+$\" } }",
            "slipway.yml:1:36: environments.production.tag: '^v[0-9]+$' is no pattern; not a regular expression: * stands for anything"
        ),
        Mistake(
            "environments: { production: { branch: main } }",
            "slipway.yml:1:31: environments.production.branch: unknown field 'branch'; production follows tags: write tag: \"v*\""
        ),
        Mistake(
            "environments: { production: { after: preview } }",
            "slipway.yml:1:38: environments.production.after: 'preview' cannot come before production; staging, development or false"
        ),
        Mistake(
            "environments: { staging: false }",
            "slipway.yml:1:15: environments.production.after: production comes after staging, which is switched off; switch it on, or say what production comes after: another environment, or false"
        ),
        Mistake(
            "name: My Shop",
            "slipway.yml:1:7: name: 'My Shop' cannot be the name of a project; a-z, 0-9 and single '-', at most 30 characters, such as my-shop"
        ),
        Mistake(
            "version: \"3\"", "slipway.yml:1:1: version: unknown field 'version'; slipway.yml has no version; remove it"
        ),
        Mistake(
            "a:\n\tb: 1",
            "slipway.yml:2:1: while scanning for the next token: found character that cannot start any token; indent with spaces, not with tabs"
        ),
    ])
    func saysWhatIsWrongAndWhatToDo(mistake: Mistake) {
        #expect(Reading.manifestProblems(mistake.text) == [mistake.problem])
    }

    @Test func neverPrintsControlCharactersOfTheFile() {
        let problems = Reading.manifestProblems("\"a\\e[31m\\u202e\": 1\nname: \"x\\u0007\"\n")
        #expect(problems.allSatisfy { $0.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x202e } })
        #expect(problems.count == 2)
    }

    @Test(arguments: [
        "..", "../x", "a/../../b", "/etc", "~", "~/x", "a\\b", "https://x/y", "a/..", " a", "a ", "a/b.", "a\u{0}b",
        "..\u{301}/../x", "../\u{301}x", "/\u{301}x", ".git", "a/.GIT/hooks", "a\u{200b}b", "a\nb",
    ])
    func refusesContextsOutsideTheTree(path: String) {
        let quoted = path.unicodeScalars.map {
            $0.value < 0x20 || $0 == "\\" ? "\\x\($0.value < 16 ? "0" : "")\(String($0.value, radix: 16))" : String($0)
        }
        let text = "services: { web: { build: { context: \"\(quoted.joined())\" } } }"
        #expect(Reading.manifestProblems(text).count == 1)
    }

    @Test(arguments: [
        (".", "."), ("./", "."), ("a//b/", "a/b"), ("./a/./b", "a/b"), ("a b/c", "a b/c"), ("..a", "..a"), ("ä", "ä"),
    ])
    func normalisesContexts(path: String, expected: String) throws {
        let manifest = try Reading.manifest("services: { web: { build: { context: \"\(path)\" } } }")
        #expect(manifest.services["web"]?.build.context == expected)
    }

    @Test(arguments: ["-", ".", "docker/", "../Dockerfile", "/Dockerfile"])
    func refusesDockerfilesThatAreNoFileOfTheTree(path: String) {
        #expect(Reading.manifestProblems("services: { web: { build: { dockerfile: \"\(path)\" } } }").count == 1)
    }
}
