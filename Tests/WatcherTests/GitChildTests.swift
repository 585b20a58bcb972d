import Glibc
import Subprocess
import TestSupport
import Testing

@Suite struct GitChildTests {
    @Test func diesWhenItsParentDoes() throws {
        let dead = try #require(Loopback.listen())
        defer { close(dead.descriptor) }
        let request = """
            {"operation":{"list":{"_0":["git://127.0.0.1:\(dead.port)/x.git"],"heads":[]}},"credential":{"none":{}},\
            "bounds":{"patience":60000,"seconds":60,"memoryBytes":2000000000,"receivedBytes":1000000}}

            """
        // The input ends behind the request, as it does when the parent is killed.
        let command = Command(executable: try Program.path(), arguments: ["git-child"])
        let completed = try Spawn.run(
            command, input: Array(request.utf8), outputLimit: 1000, deadline: .now + .seconds(20))
        #expect(completed.status == .exited(1))
        #expect(completed.output == [])
    }

    @Test(arguments: ["", "{}\n", "nonsense\n"])
    func refusesWhatIsNoRequest(input: String) throws {
        let command = Command(executable: try Program.path(), arguments: ["git-child"])
        let completed = try Spawn.run(
            command, input: Array(input.utf8), outputLimit: 1000, deadline: .now + .seconds(20))
        #expect(completed.status == .exited(65))
    }
}
