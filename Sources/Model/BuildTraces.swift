/// What a build may have left in the engine besides its image, by the engine's own words.
package struct BuildTraces: Sendable, Hashable {
    /// A base image that was fetched for the build: it was not there before.
    package struct Base: Sendable, Hashable {
        /// The name it was fetched by.
        package let reference: String
        /// The image.
        package let image: ImageID

        /// A base as given.
        package init(reference: String, image: ImageID) {
            self.reference = reference
            self.image = image
        }
    }

    /// The images of single steps, made or used, by the first digits of their ids.
    package let steps: [String]
    /// The base images that were fetched.
    package let bases: [Base]
    /// When the build began and when it ended.
    package let span: ClosedRange<Timestamp>

    /// Traces as given.
    package init(steps: [String], bases: [Base], span: ClosedRange<Timestamp>) {
        self.steps = steps
        self.bases = bases
        self.span = span
    }

    /// Whether there is nothing to remember.
    package var isEmpty: Bool { steps.isEmpty && bases.isEmpty }
}

/// One image that a build may have left, as it is remembered.
package struct BuildTrace: Sendable, Hashable {
    /// The first digits of the image's id; all of them for a base image.
    package let digits: String
    /// The name of a base image; nil for the image of a step.
    package let reference: String?
    /// When the build that told of it first ran: an image that was made at another time is not that build's.
    package let span: ClosedRange<Timestamp>
    /// When a build last used it.
    package let usedAt: Timestamp

    /// A trace as given.
    package init(digits: String, reference: String?, span: ClosedRange<Timestamp>, usedAt: Timestamp) {
        self.digits = digits
        self.reference = reference
        self.span = span
        self.usedAt = usedAt
    }
}
