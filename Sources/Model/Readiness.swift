/// Whether the daemon can do its work, part by part: what `/readyz` answers.
package struct Readiness: Sendable, Hashable, Codable {
    /// What the daemon cannot work without.
    package enum Part: String, Sendable, Hashable, Codable, CaseIterable {
        /// The container engine answers.
        case engine
        /// The proxy answers and has the routes it should.
        case proxy
        /// There is room where the daemon and the engine write.
        case disk
        /// The records can be read and written, and are this daemon's.
        case store
    }

    /// How one part stands.
    package struct Finding: Sendable, Hashable, Codable {
        /// Which part.
        package var part: Part
        /// Whether the daemon can work with it.
        package var isReady: Bool
        /// What is wrong, in words without secrets; nil when nothing is.
        package var problem: String?

        private enum CodingKeys: String, CodingKey {
            case part
            case isReady = "ready"
            case problem
        }

        /// A finding: ready unless there is a problem.
        package init(_ part: Part, problem: String?) {
            self.part = part
            self.isReady = problem == nil
            self.problem = problem
        }
    }

    /// Whether every part is ready.
    package var isReady: Bool
    /// Every part, in the order of ``Part``.
    package var parts: [Finding]

    private enum CodingKeys: String, CodingKey {
        case isReady = "ready"
        case parts
    }

    /// What follows from the findings.
    package init(_ parts: [Finding]) {
        self.parts = parts
        isReady = parts.allSatisfy(\.isReady)
    }

    /// The problems, one after the other; nil when there is none.
    package var problem: String? {
        let problems = parts.compactMap { finding in finding.problem.map { "\(finding.part.rawValue): \($0)" } }
        return problems.isEmpty ? nil : problems.joined(separator: "; ")
    }
}
