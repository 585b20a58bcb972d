import Model

/// `slipway stop`
enum StopVerb {
    static let verb = Verb(
        "stop", .act, "switch an environment off", operands: [.project, .environment], flags: [.socket],
        details: [
            "Its containers and routes go, its record stays. Pushes are built and not run; 'slipway start' runs the newest."
        ],
        examples: [.init("stop shop feature-login", "until somebody looks at it again")]
    ) { invocation async throws(CommandProblem) in
        let (id, _) = try await invocation.environment()
        try await invocation.client.post(APIPath.environment(id).adding("stop"))
        invocation.screen.line("\(id) is being switched off; 'slipway start \(id.project) \(id.name)' runs it again")
        return ExitCode.done
    }
}

/// `slipway start`
enum StartVerb {
    static let verb = Verb(
        "start", .act, "switch an environment on again", operands: [.project, .environment], flags: [.socket],
        examples: [.init("start shop feature-login", "with the newest commit that was pushed meanwhile")]
    ) { invocation async throws(CommandProblem) in
        let (id, _) = try await invocation.environment()
        try await invocation.client.post(APIPath.environment(id).adding("start"))
        invocation.screen.line(
            "\(id) is being started; 'slipway env show \(id.project) \(id.name)' shows how far it is")
        return ExitCode.done
    }
}

/// `slipway redeploy`
enum RedeployVerb {
    static let verb = Verb(
        "redeploy", .act, "try a deployment again", operands: [.project, .environment], flags: [.socket],
        details: [
            "One that failed is tried again at once. What a preview runs is stopped and started anew, with a gap of the time"
                + " that takes; staging and production are left alone while they run what they should."
        ],
        examples: [.init("redeploy shop feature-login", "the registry that its build needs is back")]
    ) { invocation async throws(CommandProblem) in
        let (id, _) = try await invocation.environment()
        try await invocation.client.post(APIPath.environment(id).adding("redeploy"))
        invocation.screen.line("\(id) is tried again; 'slipway env show \(id.project) \(id.name)' shows how far it is")
        return ExitCode.done
    }
}
