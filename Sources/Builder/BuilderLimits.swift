/// The bounds of every build.
package struct BuilderLimits: Sendable, Hashable {
    /// How large a file of the context may be; libgit2 holds one whole.
    package var blobBytes: Int
    /// How large a context may be in all.
    package var contextBytes: Int
    /// How long a build may take.
    package var timeout: Duration
    /// How much memory a build step may have.
    package var memoryBytes: Int64
    /// How much of a build's output is kept.
    package var logBytes: Int

    /// The defaults of DESIGN sections 4 and 7.
    package init(
        blobBytes: Int = 100 << 20, contextBytes: Int = 4 << 30, timeout: Duration = .seconds(1800),
        memoryBytes: Int64 = 2 << 30, logBytes: Int = 10 << 20
    ) {
        self.blobBytes = blobBytes
        self.contextBytes = contextBytes
        self.timeout = timeout
        self.memoryBytes = memoryBytes
        self.logBytes = logBytes
    }
}
