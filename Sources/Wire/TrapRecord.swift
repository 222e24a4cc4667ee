/// What a traced sandbox says before and after each trap: little-endian words of 64 bits, in one write.
package struct TrapRecord: Equatable, Sendable {
  /// Whether the trap is over.
  package var isEnd: Bool
  package var function: UInt64
  /// The four arguments; 0 where they could not be read.
  package var arguments: [UInt64]
  /// 0 before the trap.
  package var result: Int64

  package static let byteCount = 56

  package init(isEnd: Bool, function: UInt64, arguments: [UInt64], result: Int64) {
    self.isEnd = isEnd
    self.function = function
    self.arguments = arguments
    self.result = result
  }

  package func encode(into writer: inout ByteWriter) {
    writer.integer(UInt64(isEnd ? 1 : 0))
    writer.integer(function)
    for index in 0..<4 { writer.integer(index < arguments.count ? arguments[index] : 0) }
    writer.integer(result)
  }

  package init(from reader: inout ByteReader) throws(WireError) {
    isEnd = try reader.integer("end", as: UInt64.self) != 0
    function = try reader.integer("function")
    arguments = []
    for _ in 0..<4 { arguments.append(try reader.integer("argument")) }
    result = Int64(bitPattern: try reader.integer("result"))
  }
}
