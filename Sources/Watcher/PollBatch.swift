package import Model

/// Projects to be listed by one child: one credential, one host, every address once.
package struct PollBatch: Sendable, Hashable {
    /// What is shown to the host.
    package let credential: RemoteCredential
    /// The addresses, each with the projects that want to know.
    package let members: [Member]

    /// One address of a batch.
    package struct Member: Sendable, Hashable {
        /// The address.
        package let address: RemoteAddress
        /// Who wants to know.
        package let projects: [ProjectName]
    }

    /// How many addresses one child lists at most: so a host with hundreds is listed by several side by side.
    package static let addressLimit = 100

    /// Divides projects among children. A host that is slow or dead delays only the projects it holds.
    package static func dividing(_ sources: [ProjectName: RepositorySource]) -> [PollBatch] {
        struct Key: Hashable {
            let credential: RemoteCredential
            let origin: RemoteAddress.Origin
        }
        let groups = Dictionary(grouping: sources) {
            Key(credential: $0.value.credential, origin: $0.value.address.origin)
        }
        var batches: [PollBatch] = []
        for (key, group) in groups {
            let members = Dictionary(grouping: group, by: \.value.address)
                .map { Member(address: $0.key, projects: $0.value.map(\.key).sorted()) }
                .sorted { $0.address.description < $1.address.description }
            for start in stride(from: 0, to: members.count, by: addressLimit) {
                let chunk = members[start..<min(start + addressLimit, members.count)]
                batches.append(PollBatch(credential: key.credential, members: Array(chunk)))
            }
        }
        return batches.sorted { $0.order < $1.order }
    }

    private var order: String { members.first?.address.description ?? "" }
}
