package import Model

/// What making a repository's webhook right came to.
package enum HookRepair: Sendable, Hashable {
    /// There was none: one was made.
    case created
    /// The one that was there was changed.
    case mended
    /// Another one took the place of the one that was there, whose secret cannot be changed.
    case replaced
}

extension HostClient {
    /// What the host accepts about webhooks.
    package var hookRules: any HookAPI.Type { repository.kind.hooks }

    /// Every webhook of the repository.
    package func hooks() async throws(StageFailure) -> [HostHook] {
        try await pages { hookRules.hooks(page: $0, in: repository) }.compactMap { hookRules.hook($0) }
    }

    /// Sees to it that one webhook sends where it should, signed as it should be.
    ///
    /// A hook with that address is looked for first, and again when an answer is lost, so that none is made twice.
    package func repairHook(_ wish: HookWish) async throws(StageFailure) -> HookRepair {
        let before = try await hooks().filter { $0.sends(to: wish.url) }
        if let hook = before.first, let call = hookRules.change(hook, to: wish, in: repository) {
            _ = try await perform(call)
            return .mended
        }
        do throws(StageFailure) {
            _ = try await perform(hookRules.create(wish, in: repository))
        } catch {
            if error.verdict == .cancelled { throw error }
            // The call may have been carried out although its answer says nothing or is lost.
            let known = Set(before.map(\.id))
            guard try await hooks().contains(where: { $0.sends(to: wish.url) && !known.contains($0.id) }) else {
                throw error
            }
        }
        for hook in before { _ = try await perform(hookRules.remove(hook, in: repository)) }
        return before.isEmpty ? .created : .replaced
    }
}
