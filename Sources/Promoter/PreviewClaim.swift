import Model

/// A branch, or a fork's pull request, that may have a preview.
struct PreviewClaim {
    let name: EnvironmentName
    let ref: KnownRef
    let exists: Bool
    let isRequested: Bool
    /// For a fork's: who allowed its commit, in words.
    let allowed: String?

    init(ref: KnownRef, exists: Bool, allowed: String? = nil, in situation: Situation) {
        name = .preview(of: ref.name, hashing: situation.hashing)
        self.ref = ref
        self.exists = exists
        self.allowed = allowed
        isRequested = situation.request(for: name, following: ref) != nil
    }

    /// Who comes first under the limit: what a person asked for, what exists (nothing is taken away
    /// from a branch because another one moved), then the newest move.
    var precedence: (Int, Int64, RefName) {
        (isRequested ? 2 : exists ? 1 : 0, ref.sequence, ref.name)
    }

    func run(in situation: Situation) -> EnvironmentWish {
        let commit = situation.request(for: name, following: ref) ?? ref.commit
        let reason =
            isRequested
            ? "a person asked for \(commit.short); the next push to \(ref.name.inWords) replaces it"
            : "\(ref.name.inWords) is at \(commit.short)" + (allowed.map { ", which \($0)" } ?? "")
        let renamed = situation.renamedFrom == ref.name ? "it was the default branch before" : nil
        return EnvironmentWish(
            environment: situation.id(name), kind: .preview, ref: ref.name, intent: .run(commit), reason: reason
        )
        .adding(note: objection(to: commit, record: situation.record(name), name: name, in: situation))
        .adding(note: renamed)
        .adding(note: ref.absences > 0 ? "the last listing of the repository did not have it" : nil)
    }

    func wait(limit: Int, in situation: Situation) -> EnvironmentWish {
        let gate = Gate(
            kind: .limit, blocker: "\(situation.project) has its \(limit) previews (environments.preview.limit)",
            remedy: "delete a branch whose preview is not needed, or raise the limit in \(Manifest.fileName)")
        return .waiting(situation.id(name), kind: .preview, ref: ref.name, commit: ref.commit, gates: [gate])
    }
}
