import Deployer
import Glibc
import TestSupport
import Testing

struct ListeningPortsTests {
    private let table = """
          sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
           0: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0000 100
           1: 0100007F:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4712 1 0000 100
           2: 0100007F:0BB9 0100007F:1F90 01 00000000:00000000 00:00000000 00000000     0        0 4713 1 0000 100
        """
    private let table6 = """
          sl  local_address                         remote_address                        st tx_queue rx_queue
           0: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A 0:0 00:0 0 0 0 1 1 0
           1: 00000000000000000000000001000000:0051 00000000000000000000000000000000:0000 0A 0:0 00:0 0 0 0 2 1 0
        """

    @Test func readsWhoTakesConnections() {
        let ports = ListeningPorts(tables: [table, table6])
        #expect(ports.sockets.map(\.port) == [8080, 3000, 80, 81])
        #expect(ports.isReachable(8080))
        #expect(!ports.isReachable(3000))
        #expect(ports.isReachable(80))
        #expect(!ports.isReachable(81))
        #expect(!ports.isReachable(3001))
    }

    @Test func namesTheProcessThatHasAPort() throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, length) == 0 && getsockname(descriptor, generic, &length) == 0
            }
        }
        #expect(isBound && listen(descriptor, 1) == 0)
        let holder = ListeningPorts.holder(ofPort: Int(UInt16(bigEndian: address.sin_port)))
        #expect(holder?.hasSuffix("(pid \(getpid()))") == true)
    }
}
