import Model
import Testing

@testable import Commands

struct APIPathTests {
    @Test func partsAndValuesAreEncoded() {
        let path = APIPath.environment(.make()).adding("lo/gs").asking("service", "a b&c=d?é").asking("tail", nil)
        #expect(
            path.text == "/api/v1/projects/shop/environments/staging/lo%2Fgs?service=a%20b%26c%3Dd%3F%C3%A9")
    }

    @Test func severalQuestionsAreJoined() {
        #expect(
            APIPath.events.asking("project", "shop").asking("limit", "5").text == "/api/v1/events?project=shop&limit=5")
    }
}
