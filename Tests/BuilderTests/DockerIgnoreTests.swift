import Model
import Testing

@testable import Builder

@Suite struct DockerIgnoreTests {
    /// Patterns, a path, and whether it is left out. The cases follow patternmatcher's own table.
    struct Case: Sendable, CustomStringConvertible {
        let patterns: String
        let path: String
        let isIgnored: Bool
        var description: String {
            "\(patterns.split(separator: "\n").joined(separator: " | ")) \(isIgnored ? "drops" : "keeps") \(path)"
        }

        init(_ patterns: String, drops path: String) { (self.patterns, self.path, isIgnored) = (patterns, path, true) }
        init(_ patterns: String, keeps path: String) { (self.patterns, self.path, isIgnored) = (patterns, path, false) }
    }

    static let single: [Case] = [
        Case("**", drops: "file"), Case("**", drops: "dir/file"), Case("**/", drops: "file"), Case("**/", drops: "a/b"),
        Case("**/**", drops: "a/b"), Case("dir/**", drops: "dir/file"), Case("dir/**", drops: "dir/a/b"),
        Case("dir/**", keeps: "dir2/file"), Case("**/dir2/*", drops: "dir/dir2/file"),
        Case("**/dir2/*", drops: "dir/dir2/sub/file"), Case("**/file", drops: "file"),
        Case("**/file", drops: "a/b/file"),
        Case("**/file", keeps: "a/myfile"), Case("**/file*", drops: "dir/file.txt"), Case("**file", drops: "a/myfile"),
        Case("**/*.txt", drops: "file.txt"), Case("**/*.txt", drops: "d/e/file.txt"),
        Case("**/**/*.txt", drops: "a/x.txt"),
        Case("a**/*.txt", drops: "a/file.txt"), Case("a**/*.txt", drops: "a/dir/file.txt"),
        Case("a/*.txt", drops: "a/file.txt"), Case("a/*.txt", keeps: "a/dir/file.txt"),
        Case("a/*.txt/**", drops: "a/x.txt/y"),
        Case("a[b-d]e", drops: "ace"), Case("a[b-d]e", keeps: "aae"), Case("a[^b-d]e", drops: "aze"),
        Case("a[^b-d]e", keeps: "ace"), Case(".*", drops: ".foo"), Case(".*", keeps: "foo"),
        Case("abc.def", keeps: "abcdef"),
        Case("abc.def", keeps: "abcZdef"), Case("abc?def", drops: "abcZdef"), Case("abc?def", keeps: "abc/def"),
        Case("a\\*b", drops: "a*b"), Case("a\\*b", keeps: "axb"), Case("a\\\\", drops: "a\\"),
        Case("a\\b", drops: "ab"),
        Case("**/foo/bar", drops: "foo/bar"), Case("**/foo/bar", drops: "dir/dir2/foo/bar"),
        Case("abc/**", keeps: "abc"),
        Case("abc/**", drops: "abc/def/ghi"), Case("**/.foo", drops: "bar/.foo"), Case("**/.foo", keeps: "bar.foo"),
        Case("a(b)c/def", drops: "a(b)c/def"), Case("a(b)c/def", keeps: "a(b)c/xyz"),
        Case("a.|)$(}+{bc", drops: "a.|)$(}+{bc"),
        Case(
            "dist/proxy.py-2.4.0rc3.dev36+g08acad9-py3-none-any.whl",
            drops: "dist/proxy.py-2.4.0rc3.dev36+g08acad9-py3-none-any.whl"),
        Case("dist/*.whl", drops: "dist/x-2.4.0.whl"), Case("f?r", drops: "f\u{fc}r"),
        Case("f[\u{e0}-\u{ff}]r", drops: "f\u{fc}r"), Case("docs", drops: "docs/a/b"), Case("docs", keeps: "docs2/a"),
        Case("*", drops: "a"), Case("*", drops: "a/b"), Case("*/temp*", drops: "x/temporary.txt"),
        Case("*/temp*", keeps: "temp"),
        Case("temp?", drops: "tempa"), Case("temp?", keeps: "temp"), Case("a/../b", drops: "b"),
        Case("../b", keeps: "b"),
    ]

    @Test(arguments: single) func followsTheReference(_ example: Case) throws {
        #expect(try DockerIgnore(Array(example.patterns.utf8)).ignores(Array(example.path.utf8)) == example.isIgnored)
    }

    static let files: [Case] = [
        Case("# a comment\n\n  docs  \n", drops: "docs/x"), Case("#docs", keeps: "docs"),
        Case(" #docs", drops: "#docs"),
        Case("\u{feff}docs", drops: "docs"), Case("docs\r\nbin\r\n", drops: "docs"), Case("/docs/", drops: "docs/x"),
        Case("/docs/", keeps: "a/docs/x"), Case("./docs", drops: "docs"), Case("/", keeps: "a"), Case(".", keeps: "a"),
        Case("*.md\n!README.md", keeps: "README.md"), Case("*.md\n!README.md", drops: "other.md"),
        Case("!README.md\n*.md", drops: "README.md"),
        Case("*.md\n!README*.md\nREADME-secret.md", drops: "README-secret.md"),
        Case("*\n!src", keeps: "src/a/b"), Case("*\n!src", drops: "other/a"), Case("*\n!**/*.go", keeps: "src/a.go"),
        Case("*\n!src/**/*.go", keeps: "src/x/a.go"), Case("*\n!src/**/*.go", drops: "src/x/a.c"),
        Case("*\n!src\nsrc/*.o", drops: "src/x.o"), Case("*\n! src", keeps: "src/x"), Case("*\n!/src/", keeps: "src/x"),
        Case("docs\n!docs/README.md", keeps: "docs/README.md"), Case("**\n!a/b", keeps: "a/b/c"),
        Case("**\n!a/b", drops: "a/c"),
    ]

    @Test(arguments: files) func readsFilesAsTheReferenceDoes(_ example: Case) throws {
        #expect(try DockerIgnore(Array(example.patterns.utf8)).ignores(Array(example.path.utf8)) == example.isIgnored)
    }

    @Test(arguments: ["a[b", "a[]b]", "a[b-]c", "x\\", "!", "a[z-a]"])
    func refusesMalformedPatternsByLine(pattern: String) {
        #expect(throws: DockerIgnore.SyntaxError(line: 2, pattern: Array(pattern.utf8))) {
            try DockerIgnore(Array("ok\n\(pattern)\n".utf8))
        }
    }

    @Test func aSweepAnswersAsSingleQuestionsDo() throws {
        let ignore = try DockerIgnore(Array("**/b\n!a/b/c\n*.o\nd/**\n!d/keep".utf8))
        let paths = ["a", "a/b", "a/b/c", "a/b/c/d.o", "a/b/d", "a/c", "d/keep", "d/x/y", "e.o", "f/b/g", "f/g"]
        var sweep = DockerIgnore.Sweep(ignore)
        for path in paths {
            #expect(sweep.ignores(Array(path.utf8)) == ignore.ignores(Array(path.utf8)), "\(path)")
        }
    }

    @Test func bytesOutsideUTF8MatchThemselvesOnly() throws {
        let ignore = try DockerIgnore([0x66, 0xff])
        #expect(ignore.ignores([0x66, 0xff]))
        #expect(!ignore.ignores([0x66, 0xfe]))
    }

    @Test func aHostilePatternTakesLinearTime() throws {
        let ignore = try DockerIgnore(Array((String(repeating: "**/a*", count: 60) + "z").utf8))
        var sweep = DockerIgnore.Sweep(ignore)
        let isIgnored = sweep.ignores([UInt8](repeating: UInt8(ascii: "a"), count: 2000))
        #expect(!isIgnored)
        #expect(sweep.work < 2000 * 600)
    }

    @Test func aHostileFileIsGivenUpOn() throws {
        let ignore = try DockerIgnore(Array(String(repeating: "**/*a*b\n", count: 1000).utf8))
        let entries = (0..<1000).map {
            BuildContext.Entry(path: Array("deep/aaaaaaaaaaaaaaa/\($0)".utf8), kind: .file, object: "")
        }
        #expect(throws: StageFailure.costlyIgnoreFile(Array(".dockerignore".utf8))) {
            try BuildContext(
                all: entries, dockerfile: [], ignoreFile: Array(".dockerignore".utf8), ignore: ignore,
                workLimit: 1_000_000)
        }
    }
}
