import Glibc
import Manifest
import Sandbox
import SystemPackage

/// Asks ZeroVM's name server where other nodes listen.
///
/// One datagram, big endian: our node, the number of nodes that will connect to us and of those that
/// we connect to; then for each of the first the node and our port for it, and for each of the second
/// the node and 0. The answer has the same records, those of the second kind with address and port;
/// some servers leave the header and the first kind out.
enum NameService {
  static func resolve(
    node: Int, server: NetworkAddress, listening: [(node: UInt32, port: UInt16)],
    connecting: [UInt32], until deadline: ContinuousClock.Instant
  ) throws(SandboxError) -> [SocketChannel.Endpoint] {
    var request = bigEndian(UInt32(node)) + bigEndian(UInt32(listening.count))
    request += bigEndian(UInt32(connecting.count))
    for peer in listening { request += bigEndian(peer.node) + bigEndian(peer.port) }
    for peer in connecting { request += bigEndian(peer) + [0, 0] }
    let answer = try SocketChannel.ask(
      try SocketChannel.resolve(server.host, port: server.port), request, until: deadline)
    let records: ArraySlice<UInt8>
    switch answer.count {
    case request.count: records = answer[(12 + 6 * listening.count)...]
    case 6 * connecting.count: records = answer[...]
    default:
      throw SandboxError(
        "the name server's answer has \(answer.count) bytes, not \(request.count)", status: EFAULT)
    }
    return (0..<connecting.count).map { index in
      let record = Array(records.dropFirst(6 * index).prefix(6))
      return SocketChannel.Endpoint(
        address: record[..<4].reduce(0) { $0 << 8 | UInt32($1) },
        port: record[4...].reduce(0) { $0 << 8 | UInt16($1) })
    }
  }

  private static func bigEndian<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
    (0..<(Value.bitWidth / 8)).reversed().map { UInt8(truncatingIfNeeded: value >> Value(8 * $0)) }
  }
}
