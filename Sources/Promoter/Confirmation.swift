import Model

/// What production does not do by itself, because it is unusual; a person's request settles each.
enum Confirmation {
    static func gate(
        for tag: VersionTag, choice: TagChoice, record: EnvironmentRecord?, in situation: Situation
    ) -> Gate? {
        let name = tag.ref.name.short
        let deploy = "`\(situation.deployCommand(.production, tag.ref.commit))`"
        if let moved = tag.ref.movedTo {
            return Gate(
                kind: .confirmation,
                blocker: "tag \(name) was moved from \(tag.ref.commit.short) to \(moved.short) after it was first seen",
                remedy: "push a new tag; or \(deploy) keeps to the commit that was seen first")
        }
        if tag.ref.isBaseline {
            return Gate(
                kind: .confirmation, blocker: "\(name) predates Slipway", remedy: "\(deploy) promotes it")
        }
        if let live = record?.live, let running = record?.ref, running.isTag, let version = choice.version(of: running)
        {
            if tag.version < version {
                return Gate(
                    kind: .confirmation,
                    blocker: "\(name) is lower than \(running.short), which runs (\(live.commit.short))",
                    remedy: "\(deploy) goes back to it")
            }
        } else if let live = record?.live, tag.ref.movedAt <= live.since {
            // The clock only ever holds production back here; it never makes it move.
            return Gate(
                kind: .confirmation,
                blocker: "production was given \(live.commit.short) after \(name) had been pushed",
                remedy: "\(deploy) goes to \(name)")
        }
        if let old = situation.renamedFrom, let new = situation.facts.defaultBranch {
            return Gate(
                kind: .confirmation,
                blocker:
                    "the default branch was \(old.inWords) and is \(new.inWords) now, which decides about production",
                remedy:
                    "`slipway approve \(situation.project) default-branch` confirms that; \(deploy) is for this once")
        }
        return nil
    }
}
