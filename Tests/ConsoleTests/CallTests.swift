import HTTPServer
import Model
import Testing

@testable import Console

struct CallTests {
    private static func call(
        _ route: (String, String), query: String = "", body: String = ""
    ) throws -> Call {
        let path = route.1.replacing("{project}", with: "shop").replacing("{environment}", with: "staging")
        let target = try #require(RequestTarget(parsing: (path + query).utf8))
        let head = RequestHead(
            method: route.0, target: target, fields: [], contentLength: body.utf8.count, peer: .network)
        let match = try Dispatcher(audience: .local, deliveryByteLimit: 0).match(head)
        return try Call(
            control: FakeControl(), request: Request(head: head, body: Array(body.utf8)), route: match.route,
            variables: match.variables)
    }

    private static let environment = "/api/v1/projects/{project}/environments/{environment}"

    @Test func readsParameters() throws {
        let call = try Self.call(("GET", Self.environment + "/logs"), query: "?service=web&tail=20&follow=1")
        #expect(call.text("service") == "web")
        #expect(call.integer("tail") == 20)
        #expect(call.isSet("follow"))
        #expect(try call.environment().description == "shop/staging")
    }

    @Test(arguments: [
        ("/logs", "?services=web", "unknown query parameter 'services'; there are: follow, service, tail"),
        ("/why", "?x=1", "unknown query parameter 'x'; there are none here"),
        ("/logs", "?tail=1&tail=2", "tail is given twice"),
        ("/logs", "?tail=-1", "tail: a number from 0 to 100000 is needed"),
        ("/logs", "?tail=", "tail: a number from 0 to 100000 is needed"),
        ("/logs", "?tail=99999999999999999999", "tail: a number from 0 to 100000 is needed"),
        ("/logs", "?follow=yes", "follow: 1 or 0 is needed"),
        ("/wait", "?timeout=1s", "timeout: a number from 0 to 86400 is needed"),
        ("/logs", "?a%e2%80%aeb=1", "unknown query parameter 'a\\xe2\\x80\\xaeb'; there are: follow, service, tail"),
    ])
    func refusesQueries(_ path: String, _ query: String, _ detail: String) {
        #expect(throws: RequestProblem.invalid(detail)) {
            _ = try Self.call(("GET", Self.environment + path), query: query)
        }
    }

    @Test(arguments: [
        ("", "the body lacks 'reason': why, for whoever asks later"),
        ("{}", "the body lacks 'reason': why, for whoever asks later"),
        (#"{"reason":null}"#, "the body lacks 'reason': why, for whoever asks later"),
        ("[]", "the body is no JSON object; its members: reason"),
        ("{", "the body is no JSON object; its members: reason"),
        (#"{"reason":1}"#, "reason: a text of at most 2000 bytes on one line is needed"),
        (#"{"reason":"a\nb"}"#, "reason: a text of at most 2000 bytes on one line is needed"),
        (#"{"reasons":"a"}"#, "unknown member 'reasons' of the body; its members: reason"),
        (#"{"reason":"a","reason":"b"}"#, "the body has a member twice"),
    ])
    func refusesBodies(_ body: String, _ detail: String) {
        #expect(throws: RequestProblem.invalid(detail)) {
            _ = try Self.call(("POST", Self.environment + "/hold"), body: body)
        }
    }

    @Test func boundsTheDepthOfBodies() {
        let body = String(repeating: #"{"reason":"#, count: 40) + "1" + String(repeating: "}", count: 40)
        #expect(throws: RequestProblem.self) { _ = try Self.call(("POST", Self.environment + "/hold"), body: body) }
    }

    @Test(arguments: ["", "{}"])
    func aWishThatNeedsNoBodyMayHaveAnEmptyOne(_ body: String) throws {
        _ = try Self.call(("POST", Self.environment + "/resume"), body: body)
        #expect(throws: RequestProblem.invalid("unknown member 'a' of the body; its members: none here")) {
            _ = try Self.call(("POST", Self.environment + "/resume"), body: #"{"a":"b"}"#)
        }
    }

    @Test func readsBodies() throws {
        let call = try Self.call(("POST", Self.environment + "/hold"), body: #"{"reason":"Grüße"}"#)
        #expect(call.member("reason") == "Grüße")
    }
}
