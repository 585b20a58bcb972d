// Builder
