// The part of Caddy's configuration that Slipway writes and reads back, as Caddy spells it:
// https://caddyserver.com/docs/json/, version 2.6. Fields we never write are never decoded.

/// One route of a server.
struct CaddyRoute: Codable, Hashable, Sendable {
    var id: String?
    var match: [CaddyMatch]?
    var handle: [CaddyHandler]
    var terminal: Bool?

    enum CodingKeys: String, CodingKey {
        case id = "@id"
        case match
        case handle
        case terminal
    }
}

/// What a request must be like for a route.
struct CaddyMatch: Codable, Hashable, Sendable {
    var host: [String]?
    var path: [String]?
    var file: CaddyFileMatch?
    var header: [String: CaddyPattern]?
    var variables: [String: CaddyPattern]?

    init(
        host: [String]? = nil, path: [String]? = nil, file: CaddyFileMatch? = nil,
        header: [String: CaddyPattern]? = nil, variables: [String: CaddyPattern]? = nil
    ) {
        self.host = host
        self.path = path
        self.file = file
        self.header = header
        self.variables = variables
    }

    enum CodingKeys: String, CodingKey {
        case host
        case path
        case file
        case header = "header_regexp"
        case variables = "vars_regexp"
    }
}

/// Which file must exist for a route.
struct CaddyFileMatch: Codable, Hashable, Sendable {
    var root: String
    var tryFiles: [String]

    enum CodingKeys: String, CodingKey {
        case root
        case tryFiles = "try_files"
    }
}

/// A regular expression whose groups get the names `{http.regexp.<name>.<number>}`.
struct CaddyPattern: Codable, Hashable, Sendable {
    var name: String
    var pattern: String
}

/// What happens to a request: `reverse_proxy`, `static_response`, `headers` and `subroute` are those we use.
struct CaddyHandler: Codable, Hashable, Sendable {
    var handler: String
    var upstreams: [CaddyUpstream]?
    var loadBalancing: CaddyLoadBalancing?
    var statusCode: String?
    var headers: [String: [String]]?
    var body: String?
    var routes: [CaddyRoute]?
    /// Of `headers`: what is changed in the request's.
    var request: CaddyHeaderChange?
    /// Of `reverse_proxy`, since Caddy 2.7: how long WebSockets outlive the configuration they were opened under.
    var streamCloseDelay: String?

    enum CodingKeys: String, CodingKey {
        case handler
        case routes
        case upstreams
        case loadBalancing = "load_balancing"
        case statusCode = "status_code"
        case headers
        case body
        case request
        case streamCloseDelay = "stream_close_delay"
    }
}

/// What is replaced in headers, by their names.
struct CaddyHeaderChange: Codable, Hashable, Sendable {
    var replace: [String: [CaddyReplacement]]
}

/// One text for another.
struct CaddyReplacement: Codable, Hashable, Sendable {
    var search: String
    var replace: String
}

/// One address that requests are sent to.
struct CaddyUpstream: Codable, Hashable, Sendable {
    var dial: String
}

/// How an upstream is chosen, and how long others are tried when one cannot be reached.
struct CaddyLoadBalancing: Codable, Hashable, Sendable {
    var selectionPolicy: CaddySelectionPolicy
    var tryDuration: String
    var tryInterval: String

    enum CodingKeys: String, CodingKey {
        case selectionPolicy = "selection_policy"
        case tryDuration = "try_duration"
        case tryInterval = "try_interval"
    }
}

/// The name of a way to choose an upstream.
struct CaddySelectionPolicy: Codable, Hashable, Sendable {
    var policy: String
}

/// One HTTP server.
package struct CaddyServer: Codable, Hashable, Sendable {
    var listen: [String]
    var routes: [CaddyRoute]
    var errors: CaddyErrors?
    var automaticHTTPS: CaddyAutomaticHTTPS?

    enum CodingKeys: String, CodingKey {
        case listen
        case routes
        case errors
        case automaticHTTPS = "automatic_https"
    }
}

/// What answers when a handler could not.
struct CaddyErrors: Codable, Hashable, Sendable {
    var routes: [CaddyRoute]
}

/// Whether Caddy gets certificates and redirects by itself.
struct CaddyAutomaticHTTPS: Codable, Hashable, Sendable {
    var disable: Bool
}

/// A whole configuration, as the managed Caddy is started with.
struct CaddyConfiguration: Codable, Hashable, Sendable {
    var admin: CaddyAdminEndpoint
    var logging: CaddyLogging?
    var apps: CaddyApps
}

/// Where Caddy takes changes.
struct CaddyAdminEndpoint: Codable, Hashable, Sendable {
    var listen: String
    var origins: [String]?
}

/// The applications inside Caddy; we use one.
struct CaddyApps: Codable, Hashable, Sendable {
    var http: CaddyHTTP
}

/// The HTTP application.
struct CaddyHTTP: Codable, Hashable, Sendable {
    var servers: [String: CaddyServer]
}

/// Caddy's logs, by name.
struct CaddyLogging: Codable, Hashable, Sendable {
    var logs: [String: CaddyLog]
}

/// One log of Caddy's.
struct CaddyLog: Codable, Hashable, Sendable {
    var level: String
}
