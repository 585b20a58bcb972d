import Model
import Testing

struct WorkObjectTests {
    @Test(arguments: [
        "project shop", "environment shop/staging", "commit shop/\(String(repeating: "ab", count: 20))",
        "delivery shop/9b74c9897bac770f",
    ])
    func readsWhatItWrites(text: String) {
        #expect(WorkObject(text)?.description == text)
        #expect(WorkObject(text)?.project == ProjectName("shop"))
    }

    @Test(arguments: [
        "", "project", "project ", "shop/staging", "environment shop", "environment shop/staging/x", "commit shop/abc",
        "delivery shop/", "delivery shop/xyz", "project shop/staging", "secret shop", "project  shop",
    ])
    func refusesAnythingElse(text: String) { #expect(WorkObject(text) == nil) }
}
