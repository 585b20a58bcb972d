import Lifecycle
import Testing

/// those who follow something are bounded in number, and leave room for those who only ask.
struct LongCallTests {
    @Test func atMostSoManyFollowAtOnce() async throws {
        try await RunningConsole.run { console in
            let path = "GET /api/v1/events?follow=1"
            var followers = (0..<128).map { _ in console.begin(path) }
            for follower in followers {
                #expect(await console.read(follower, until: "\r\n\r\n")?.contains("200 OK") == true)
            }
            let refused = await console.ask(path)
            #expect(refused?.status == 503)
            #expect(refused?.problem?.contains("too many clients") == true)
            #expect(await console.ask("GET /api/v1/projects/shop")?.status == 200)
            // One who leaves makes room.
            followers.removeLast()
            let deadline = ContinuousClock.now + .seconds(30)
            var isFollowing = false
            while !isFollowing, ContinuousClock.now < deadline {
                isFollowing = await console.read(console.begin(path), until: "\r\n\r\n")?.contains("200 OK") == true
            }
            #expect(isFollowing)
        }
    }
}
