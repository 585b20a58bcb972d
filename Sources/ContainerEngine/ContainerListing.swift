import Model

/// The answer to `GET /containers/json`, of which only what is used is read.
enum ContainerListing {
    /// The containers in the answer.
    static func read(_ bytes: [UInt8]) throws(JSONReader.Malformed) -> [EngineContainer] {
        var reader = JSONReader(bytes)
        var result: [EngineContainer] = []
        try reader.array { reader throws(JSONReader.Malformed) in result.append(try container(&reader)) }
        guard reader.isAtEnd() else { throw JSONReader.Malformed(offset: bytes.count) }
        return result
    }

    private static func container(_ reader: inout JSONReader) throws(JSONReader.Malformed) -> EngineContainer {
        var (id, name, image, state, created) = ("", "", "", "", 0)
        var labels: [String: String] = [:]
        var ports: [PublishedPort] = []
        try reader.object { member, reader throws(JSONReader.Malformed) in
            if reader.isNull() { return }
            switch member {
            case "Id": id = try reader.string()
            case "Names":
                try reader.array { reader throws(JSONReader.Malformed) in
                    let next = try reader.string()
                    if name.isEmpty { name = next }
                }
            case "ImageID": image = try reader.string()
            case "State": state = try reader.string()
            case "Created": created = try reader.integer()
            case "Labels": labels = try reader.strings()
            case "Ports":
                try reader.array { reader throws(JSONReader.Malformed) in
                    if let port = try port(&reader) { ports.append(port) }
                }
            default: try reader.skip()
            }
        }
        guard !id.isEmpty, !name.isEmpty, !state.isEmpty else { throw reader.malformed }
        return EngineContainer(
            id: id, name: withoutSlash(name), imageID: ImageID(image), state: ContainerState(engineWord: state),
            labels: labels, ports: ports, createdAt: Timestamp(milliseconds: Int64(created) * 1000))
    }

    /// One port; nil if it is not published.
    private static func port(_ reader: inout JSONReader) throws(JSONReader.Malformed) -> PublishedPort? {
        var (address, inner, outer) = ("", 0, 0)
        try reader.object { member, reader throws(JSONReader.Malformed) in
            if reader.isNull() { return }
            switch member {
            case "IP": address = try reader.string()
            case "PrivatePort": inner = try reader.integer()
            case "PublicPort": outer = try reader.integer()
            default: try reader.skip()
            }
        }
        return outer > 0 ? PublishedPort(address: address, hostPort: outer, containerPort: inner) : nil
    }
}
