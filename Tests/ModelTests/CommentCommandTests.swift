import Model
import Testing

struct CommentCommandTests {
    @Test(
        arguments: [
            ("/slipway allow", .allow), ("slipway allow", .allow), ("  /slipway   why  ", .why),
            ("/slipway stop\nbecause of the demo", .stop), ("/slipway start\r\n", .start),
            ("\n/slipway redeploy", .redeploy), ("/slipway delete", .delete),
            ("please /slipway allow", nil), ("> /slipway allow", nil), ("/slipway allow all", nil),
            ("/slipway stop 0123456789abcdef0123456789abcdef01234567", nil), ("/slipway Allow", nil),
            ("/slipway", nil), ("/slipwayallow", nil), ("hello\n/slipway allow", nil), ("", nil),
            ("/slipway allow 0123456", nil),
        ] as [(String, CommentCommand.Word?)])
    func theFirstLineAloneCounts(text: String, word: CommentCommand.Word?) {
        #expect(CommentCommand.words(in: text)?.word == word)
    }

    @Test func aWholeCommitMayBeNamed() {
        let id = "0123456789abcdef0123456789abcdef01234567"
        #expect(CommentCommand.words(in: "/slipway allow \(id)")?.commit == ObjectID(id))
    }
}
