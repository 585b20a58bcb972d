/// What an environment is for.
package enum EnvironmentKind: String, Sendable, Hashable, Codable, CaseIterable {
    /// Lives as long as its branch or pull request.
    case preview
    /// Follows the development branch.
    case development
    /// Follows the default branch; what production's releases must have passed.
    case staging
    /// What users see; follows tags.
    case production
}
