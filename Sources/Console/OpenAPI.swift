import HTTPServer

/// The description of the API (OpenAPI 3.1), made from the routes themselves.
enum OpenAPI {
    /// The answer to whoever asks for it.
    static let response = Answers.json(document)

    /// A JSON tree.
    indirect enum Tree: Encodable, Sendable {
        case text(String)
        case number(Int)
        case truth(Bool)
        case list([Tree])
        case object([String: Tree])

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .text(let value): try container.encode(value)
            case .number(let value): try container.encode(value)
            case .truth(let value): try container.encode(value)
            case .list(let value): try container.encode(value)
            case .object(let value): try container.encode(value)
            }
        }
    }

    private static var document: Tree {
        var paths: [String: Tree] = [:]
        for (template, routes) in Dictionary(grouping: Routes.all, by: \.template) {
            paths[template] = .object(
                Dictionary(uniqueKeysWithValues: routes.map { ($0.method.lowercased(), operation($0)) }))
        }
        return .object([
            "openapi": .text("3.1.0"),
            "info": .object(["title": .text("Slipway"), "version": .text("1")]),
            "paths": .object(paths),
            "components": .object(["schemas": .object(["Problem": problem])]),
        ])
    }

    private static func operation(_ route: Route) -> Tree {
        var members: [String: Tree] = [
            "summary": .text(route.summary),
            "parameters": .list(variables(of: route) + route.parameters.map(parameter)),
            "responses": .object([
                status(of: route.answer): answer(route.answer),
                "default": .object([
                    "description": .text("What is wrong, and what to do"),
                    "content": .object([
                        "application/problem+json": schema(["$ref": .text("#/components/schemas/Problem")])
                    ]),
                ]),
            ]),
            "x-listeners": .list((route.audience == .everyone ? ["tcp", "unix"] : ["unix"]).map(Tree.text)),
        ]
        if let body = body(of: route) { members["requestBody"] = body }
        return .object(members)
    }

    private static func schema(_ members: [String: Tree]) -> Tree { .object(["schema": .object(members)]) }

    private static func variables(of route: Route) -> [Tree] {
        route.segments.compactMap { segment in
            guard case .variable(let name) = segment else { return nil }
            return .object([
                "name": .text(name), "in": .text("path"), "required": .truth(true),
                "schema": .object(["type": .text("string")]),
            ])
        }
    }

    private static func parameter(_ parameter: Route.Parameter) -> Tree {
        let schema: [String: Tree] =
            switch parameter.kind {
            case .text: ["type": .text("string")]
            case .integer(let range):
                ["type": .text("integer"), "minimum": .number(range.lowerBound), "maximum": .number(range.upperBound)]
            case .flag: ["enum": .list(["0", "1", "true", "false"].map(Tree.text))]
            }
        return .object([
            "name": .text(parameter.name), "in": .text("query"), "description": .text(parameter.summary),
            "schema": .object(schema),
        ])
    }

    private static func body(of route: Route) -> Tree? {
        switch route.body {
        case .none: return nil
        case .delivery:
            let object = schema(["type": .text("object")])
            return .object([
                "required": .truth(true),
                "content": .object(Dictionary(uniqueKeysWithValues: Answers.deliveryTypes.map { ($0, object) })),
            ])
        case .object(let fields):
            let properties = fields.map { field in
                (field.name, Tree.object(["type": .text("string"), "description": .text(field.summary)]))
            }
            let content = schema([
                "type": .text("object"), "additionalProperties": .truth(false),
                "required": .list(fields.filter(\.isRequired).map { .text($0.name) }),
                "properties": .object(Dictionary(uniqueKeysWithValues: properties)),
            ])
            let isRequired = fields.contains(where: \.isRequired)
            return .object(["required": .truth(isRequired), "content": .object(["application/json": content])])
        }
    }

    private static func status(of answer: Route.Answer) -> String {
        switch answer {
        case .json, .text, .bytes, .events: "200"
        case .nothing: "204"
        case .accepted: "202"
        }
    }

    private static func answer(_ answer: Route.Answer) -> Tree {
        switch answer {
        case .json(let name):
            .object(["description": .text(name), "content": .object(["application/json": .object([:])])])
        case .events(let name):
            .object([
                "description": .text(name),
                "content": .object(["application/json": .object([:]), "text/event-stream": .object([:])]),
            ])
        case .text: .object(["description": .text("Text"), "content": .object(["text/plain": .object([:])])])
        case .bytes:
            .object(["description": .text("Bytes"), "content": .object(["application/octet-stream": .object([:])])])
        case .nothing: .object(["description": .text("It is done, or will be")])
        case .accepted: .object(["description": .text("It is stored")])
        }
    }

    private static let problem = Tree.object([
        "type": .text("object"), "required": .list(["title", "status", "detail"].map(Tree.text)),
        "properties": .object([
            "type": .object(["type": .text("string")]), "title": .object(["type": .text("string")]),
            "status": .object(["type": .text("integer")]), "detail": .object(["type": .text("string")]),
        ]),
    ])
}
