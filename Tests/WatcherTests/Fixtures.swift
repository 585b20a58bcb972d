import Model

extension ObjectID {
    /// An id of one digit, forty times.
    static func make(_ digit: Character) -> ObjectID { ObjectID(String(repeating: digit, count: 40)) ?? .zero }
}

extension ListedRef {
    static func branch(_ name: String, _ digit: Character) -> ListedRef {
        ListedRef(name: .branch(name), target: .make(digit))
    }

    static func tag(_ name: String, _ digit: Character, peeled: Character? = nil) -> ListedRef {
        ListedRef(name: .tag(name), target: .make(digit), peeled: peeled.map { .make($0) })
    }
}

extension KnownRef {
    static func make(
        _ name: RefName, _ digit: Character, isBaseline: Bool = false, at milliseconds: Int64 = 0, sequence: Int64 = 1,
        absences: Int = 0, movedTo: Character? = nil
    ) -> KnownRef {
        KnownRef(
            name: name, target: .make(digit), commit: .make(digit), isBaseline: isBaseline,
            firstSeen: Timestamp(milliseconds: milliseconds), movedAt: Timestamp(milliseconds: milliseconds),
            sequence: sequence, absences: absences, movedTo: movedTo.map { .make($0) })
    }
}

extension RemoteAddress {
    /// An address that is well formed.
    static func make(_ text: String) -> RemoteAddress {
        guard let address = try? RemoteAddress(parsing: text) else { preconditionFailure("no address: \(text)") }
        return address
    }
}

extension ProjectName {
    /// A name that is well formed.
    static func make(_ text: String) -> ProjectName {
        guard let name = ProjectName(text) else { preconditionFailure("no project's name: \(text)") }
        return name
    }
}
