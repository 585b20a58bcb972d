package import Model

/// A webhook request as it arrived: the raw bytes, before anything is believed.
package struct DeliveryRequest: Sendable, Hashable {
    /// Header names in lower case with their values, in order of arrival.
    package let headers: [HeaderField]
    /// The body's bytes; signatures are over these.
    package let body: [UInt8]

    /// One header line.
    package struct HeaderField: Sendable, Hashable {
        /// The name, in lower case.
        package let name: String
        /// The value.
        package let value: String

        /// A line as given; the name is lower-cased.
        package init(name: String, value: String) {
            self.init(lowerCaseName: name.lowercased(), value: value)
        }

        /// A line whose name is in lower case already.
        package init(lowerCaseName name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// A request as given.
    package init(headers: [HeaderField], body: [UInt8]) {
        self.headers = headers
        self.body = body
    }

    /// The first value of a header, by lower-case name.
    package func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}

/// What a delivery says, as far as it is believed: a hint where to look.
package struct DeliveryContent: Sendable, Hashable {
    /// Which host sent it: `github`.
    package let host: String
    /// The host's own id of the delivery.
    package let deliveryID: String
    /// The host's name of the event: `push`.
    package let event: String
    /// The ref it speaks of, if it does.
    package let ref: RefName?
    /// The commit or tag object it announces; nil for a deletion or another kind of event.
    package let announced: ObjectID?
    /// What the ref pointed at before; nil where that is not told, or it is new.
    package let before: ObjectID?

    /// A content as given.
    package init(
        host: String, deliveryID: String, event: String, ref: RefName?, announced: ObjectID?, before: ObjectID? = nil
    ) {
        self.host = host
        self.deliveryID = deliveryID
        self.event = event
        self.ref = ref
        self.announced = announced
        self.before = before
    }
}
