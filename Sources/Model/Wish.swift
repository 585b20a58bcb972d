/// What the Promoter decides about one environment, with the reason.
package struct EnvironmentWish: Sendable, Hashable, Codable {
    /// Which.
    package let environment: EnvironmentID
    /// What it is for.
    package let kind: EnvironmentKind
    /// The ref it follows; for production, the tag.
    package let ref: RefName?
    /// What should happen.
    package let intent: Intent
    /// Why, in words for people.
    package let reason: String

    /// A wish as given.
    package init(environment: EnvironmentID, kind: EnvironmentKind, ref: RefName?, intent: Intent, reason: String) {
        self.environment = environment
        self.kind = kind
        self.ref = ref
        self.intent = intent
        self.reason = reason
    }

    /// The commit it speaks of, if it does.
    package var commit: ObjectID? {
        switch intent {
        case .run(let commit), .promote(let commit, _): commit
        case .wait(let commit, _): commit
        case .held, .orphaned, .delete: nil
        }
    }

    /// What should happen to an environment.
    package enum Intent: Sendable, Hashable, Codable {
        /// Run this commit; images that do not exist yet are built.
        case run(ObjectID)
        /// Run the very release that another environment ran, on behalf of this commit.
        case promote(commit: ObjectID, release: Digest)
        /// Leave what runs as it is; the commit would run once the gates open.
        case wait(commit: ObjectID?, gates: [Gate])
        /// Leave what runs as it is: a person or an adoption pinned it.
        case held(Hold)
        /// Leave what runs as it is: Git no longer says anything about it.
        case orphaned
        /// Remove it and everything it has.
        case delete
    }
}

/// Something a promotion waits for.
package struct Gate: Sendable, Hashable, Codable {
    /// The kinds of gate.
    package enum Kind: String, Sendable, Hashable, Codable {
        /// An earlier environment must have run the release healthily.
        case after
        /// A release must have been healthy for some time.
        case soak
        /// Persons must agree.
        case approvals
        /// A job must pass.
        case verify
        /// The tag must be signed.
        case signed
        /// It must be the right time of the week.
        case window
        /// A person must confirm something unusual: a moved tag, a baseline tag, a renamed default branch.
        case confirmation
        /// The policy cannot be read: the default branch's manifest has mistakes.
        case policy
        /// There must be room on the disk for a build.
        case disk
        /// There must be memory for what would run.
        case memory
        /// Something must be read first: the commit is not fetched yet.
        case facts
        /// Git has nothing to run yet: no commit, no branch, no tag that counts.
        case revision
        /// A person must allow the commit of a fork.
        case allowance
        /// There are as many previews as there may be.
        case limit
    }
    /// Which kind.
    package let kind: Kind
    /// What is missing, in words: "staging has not run 1a2b3c4 yet".
    package let blocker: String
    /// What would open it, in words, with the command where there is one.
    package let remedy: String?

    /// A gate as given.
    package init(kind: Kind, blocker: String, remedy: String? = nil) {
        self.kind = kind
        self.blocker = blocker
        self.remedy = remedy
    }
}
