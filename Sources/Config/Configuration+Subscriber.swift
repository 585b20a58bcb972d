package import Model

extension Configuration {
    /// Somebody who is told how deployments end.
    package struct Subscriber: Sendable, Hashable {
        /// How it is spoken to.
        package enum Kind: String, Sendable, Hashable, CaseIterable {
            /// A JSON object, signed as Standard Webhooks has it.
            case webhook
            /// A text, as Slack and everything compatible with it takes it.
            case slack
        }

        /// Where it is reached. The address of a Slack hook is a secret: whoever knows it can post.
        package enum Address: Sendable, Hashable {
            /// This URL.
            case url(String)
            /// The URL in this file.
            case secret(SecretSource)
        }

        /// Its name, unique in the daemon.
        package var name: String
        /// How it is spoken to.
        package var kind: Kind
        /// Where it is reached.
        package var address: Address
        /// What its messages are signed with; nil for Slack.
        package var secret: SecretSource?
        /// The ends it is told of.
        package var outcomes: Set<Notice.Outcome>
        /// The kinds of environment it is told of.
        package var environments: Set<EnvironmentKind>
        /// The projects it is told of; nil: all.
        package var projects: Set<ProjectName>?
        /// Whether it may be on this machine, or in a network of one's own.
        package var allowsPrivate: Bool

        /// A subscriber as given.
        package init(
            name: String, kind: Kind, address: Address, secret: SecretSource? = nil,
            outcomes: Set<Notice.Outcome> = [.failed, .live],
            environments: Set<EnvironmentKind> = Set(EnvironmentKind.allCases), projects: Set<ProjectName>? = nil,
            allowsPrivate: Bool = false
        ) {
            self.name = name
            self.kind = kind
            self.address = address
            self.secret = secret
            self.outcomes = outcomes
            self.environments = environments
            self.projects = projects
            self.allowsPrivate = allowsPrivate
        }

        /// Whether it wants to know of this.
        package func wants(_ outcome: Notice.Outcome, of kind: EnvironmentKind, in project: ProjectName) -> Bool {
            outcomes.contains(outcome) && environments.contains(kind) && projects?.contains(project) ?? true
        }
    }
}
