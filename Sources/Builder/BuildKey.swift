import Model

/// The key of a build: the digest of everything that is sent to the engine. Same key, same image.
enum BuildKey {
    /// Grows when what is sent, or how it is written down here, changes for the same commit.
    private static let format = 1

    /// The key of a context built by a definition for a platform such as `linux/amd64`.
    ///
    /// What a fork's commit builds has keys of its own: its image is never taken for one of the repository's, and none of
    /// the repository's, whose base may be private, runs a fork's command.
    static func key(
        of context: BuildContext, definition: BuildDefinition, platform: String, tier: BuildTier = .repository
    ) -> Digest {
        var form = CanonicalForm("slipway build", format: format)
        form.add(platform)
        form.add(context.dockerfile)
        form.add(definition.target) { $0.add($1) }
        form.add(table: definition.arguments)
        form.add(list: context.withheld) { $0.add($1) }
        form.add(list: context.entries) { form, entry in
            form.add(entry.path)
            form.add(entry.kind.rawValue)
            form.add(entry.object)
        }
        if case .fork(let hasNetwork) = tier {
            form.add("fork")
            form.add(hasNetwork)
        }
        return form.digest
    }
}
