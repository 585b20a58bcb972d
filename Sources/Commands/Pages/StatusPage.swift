import Model

/// What `slipway status` and `slipway env list` show. Pure.
struct StatusPage: Sendable {
    let style: Style
    let now: Timestamp

    /// The daemon with all its projects.
    func daemon(_ status: DaemonStatus) -> String {
        var text = "slipway \(clean(status.version)), up \(TimeText.short(now.since(status.startedAt)))\n"
        text += part("engine", status.engine) + part("proxy", status.router)
        if let disk = status.disk, disk.problem != nil { text += part("disk", disk) }
        if let suspects = status.setAside, !suspects.isEmpty {
            text += "\n" + QuarantinePage(style: style, now: now).list(suspects)
        }
        if status.projects.isEmpty { return text + "\n" + Self.noProjects }
        for project in status.projects { text += "\n" + self.project(project) }
        return text
    }

    /// One project.
    func project(_ project: ProjectStatus) -> String {
        var head = [clean(project.remote)]
        if let branch = project.defaultBranch { head.append("default branch \(branch.short)") }
        head.append(project.listedAt.map { "looked at \(TimeText.ago($0, now: now))" } ?? "not looked at yet")
        if let webhook = project.webhook { head.append("webhook \(webhook.state.rawValue)") }
        var text = style.paint(project.name.rawValue, .strong) + "  " + head.joined(separator: ", ") + "\n"
        if let problem = project.problem {
            let what = problem.reason == .setAside ? "" : "the remote could not be read: "
            text += warning(what + problem.message, hint: problem.hint)
        }
        if let problem = project.host?.problem { text += warning(problem, hint: nil) }
        if let webhook = project.webhook, webhook.state == .silent || webhook.state == .misconfigured {
            text += warning("webhook " + webhook.summary, hint: webhook.remedy)
        }
        for announced in project.announced ?? [] {
            text +=
                "  waiting for \(announced.commit.short) on \(announced.ref.short), announced"
                + " \(TimeText.ago(announced.since, now: now)) and not shown by Git yet\n"
        }
        if let problem = project.manifestProblem {
            text += warning("the manifest of the default branch cannot be used", hint: nil)
            text += problem.split(separator: "\n").map { "    \(clean(String($0)))\n" }.joined()
        }
        return text + environments(project)
    }

    /// The environments of a project.
    func environments(_ project: ProjectStatus) -> String {
        if project.environments.isEmpty { return Self.noEnvironments(project) }
        var table = Table("ENVIRONMENT", "HEALTH", "PROGRESS", "RUNS", "REF", "SINCE", "URL", indent: 2)
        for environment in project.environments {
            table.add(
                .init(environment.id.name.rawValue, .strong),
                .init(environment.health.rawValue, EnvironmentPage.colour(of: environment.health)),
                .init(environment.progress.rawValue, EnvironmentPage.colour(of: environment.progress)),
                .init(environment.commit?.short ?? "-"), .init(environment.ref?.short ?? "-"),
                .init(environment.since.map { TimeText.ago($0, now: now) } ?? "-"),
                .init(environment.urls.first ?? "-"))
        }
        return table.rendered(uncut) + project.environments.map(remark).joined()
    }

    /// A cut URL is no URL.
    private var uncut: Style {
        var style = style
        style.width = nil
        return style
    }

    /// Why an environment is not simply current and healthy.
    private func remark(_ environment: EnvironmentStatus) -> String {
        var parts: [String] = []
        switch environment.progress {
        case .current: break
        case .deploying:
            let deployment = environment.deployment
            parts.append("\(deployment?.state.rawValue ?? "deploying") \(deployment?.commit.short ?? "")")
        case .waiting:
            parts.append(
                environment.gates.isEmpty
                    ? environment.reason : environment.gates.map(\.blocker).joined(separator: "; "))
        case .held, .orphaned, .deleting, .failed: parts.append(environment.reason)
        }
        if environment.health != .healthy, let reason = environment.healthReason { parts.append(reason) }
        if parts.isEmpty { return "" }
        let colour = EnvironmentPage.colour(of: environment.progress) ?? .attention
        return "  " + style.paint("\(environment.id.name): ", colour) + parts.map { clean($0) }.joined(separator: "; ")
            + "\n"
    }

    private func part(_ what: String, _ part: PartStatus) -> String {
        let name = "\(what): \(clean(part.name))"
        guard let problem = part.problem else { return name + "\n" }
        return style.paint(name, .bad) + "\n  " + clean(problem) + "\n"
    }

    private func warning(_ message: String, hint: String?) -> String {
        "  " + style.paint("! ", .bad) + clean(message) + "\n" + (hint.map { "    \(clean($0))\n" } ?? "")
    }

    static let noProjects =
        "no projects yet: add one to the configuration, under 'projects', and restart the daemon\n"
        + "  projects:\n    - repository: https://github.com/you/yours.git\n"

    private static func noEnvironments(_ project: ProjectStatus) -> String {
        if project.listedAt == nil { return "  no environments yet: the repository has not been read\n" }
        if project.defaultBranch == nil { return "  no environments yet: the repository is empty; push a branch\n" }
        return "  no environments yet: 'slipway events \(project.name)' says what happened\n"
    }
}
