import Model

/// How one Git host speaks: where its headers say what, what it signs, and what its payloads mean.
protocol Dialect: SendableMetatype {
    /// The host's name in records: `github`.
    static var name: String { get }
    /// The header that names the event; its presence tells the host.
    static var eventHeader: String { get }
    /// The header that names the delivery, the same when it is sent again.
    static var deliveryHeader: String { get }
    /// The headers that decide whether a delivery is believed; none may occur twice.
    static var securityHeaders: [String] { get }
    /// Whether signatures of form posts are over the JSON inside instead of the body as it was sent.
    static var signsPayloadOfForms: Bool { get }

    /// Whether a request is this host's.
    static func isSender(of request: DeliveryRequest) -> Bool
    /// The event's name, as the request has it.
    static func event(of request: DeliveryRequest) -> String?
    /// The delivery's id, as the request has it.
    static func deliveryID(of request: DeliveryRequest) -> String?
    /// Why the delivery is not believed; nil when it is.
    static func doubt(of request: DeliveryRequest, signed: [UInt8], check: DeliveryCheck) -> String?
    /// What an authentic payload says happened.
    static func events(named event: String, in payload: JSONValue) -> [HostEvent]
}

/// What a delivery is checked against.
struct DeliveryCheck {
    /// One or two secrets, none of them empty.
    let secrets: [Secret<String>]
    /// The wall clock, for hosts that sign the time.
    let now: Timestamp
}

extension Dialect {
    static var signsPayloadOfForms: Bool { false }

    static func isSender(of request: DeliveryRequest) -> Bool { request.header(eventHeader) != nil }

    static func event(of request: DeliveryRequest) -> String? { request.header(eventHeader) }

    static func deliveryID(of request: DeliveryRequest) -> String? { request.header(deliveryHeader) }
}

extension JSONValue {
    /// The object id of that member; nil for none, for all zeros and for what is none.
    func objectID(_ name: String) -> ObjectID? {
        guard let text = self[name]?.string, let id = ObjectID(text), id != .zero else { return nil }
        return id
    }
}
