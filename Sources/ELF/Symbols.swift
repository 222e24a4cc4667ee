/// The function names of a program file, for messages. Loading does not use them and nobody trusts
/// them: whatever does not read as a symbol table counts as none.
public struct SymbolTable: Sendable {
  private var entries: [(address: UInt64, name: String)] = []

  /// Reads `.symtab` through the section headers; empty when there is none or it is malformed.
  public init(of file: Span<UInt8>) {
    guard file.count >= 64, let sections = Self.value(file, 40, 8),
      let count = Self.value(file, 60, 2), Self.value(file, 58, 2) == 64
    else { return }
    for index in 0..<count {
      let header = sections &+ index * 64
      // SHT_SYMTAB
      guard Self.value(file, header &+ 4, 4) == 2 else { continue }
      guard let offset = Self.value(file, header &+ 24, 8),
        let byteCount = Self.value(file, header &+ 32, 8),
        let link = Self.value(file, header &+ 40, 4), link < count,
        let names = Self.value(file, sections &+ link * 64 &+ 24, 8),
        byteCount <= UInt64(file.count)
      else { return }
      read(file, offset, byteCount / 24, names)
    }
    entries.sort { $0.address < $1.address }
  }

  private mutating func read(
    _ file: Span<UInt8>, _ offset: UInt64, _ count: UInt64, _ names: UInt64
  ) {
    for index in 0..<count {
      let symbol = offset &+ index * 24
      guard let name = Self.value(file, symbol, 4), let info = Self.value(file, symbol &+ 4, 1),
        let address = Self.value(file, symbol &+ 8, 8)
      else { return }
      // STT_NOTYPE and STT_FUNC; labels of sections and files name no code.
      guard info & 15 == 0 || info & 15 == 2, address != 0 else { continue }
      let text = Self.name(file, names &+ name)
      if !text.isEmpty { entries.append((address, text)) }
    }
  }

  /// `name` or `name+0x…` of the last symbol at or before `address`; nil when there is none.
  public func label(for address: UInt64) -> String? {
    var low = 0
    var high = entries.count
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].address <= address { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return nil }
    let entry = entries[low - 1]
    let distance = address - entry.address
    return distance == 0 ? entry.name : entry.name + "+0x" + String(distance, radix: 16)
  }

  private static func value(_ file: Span<UInt8>, _ offset: UInt64, _ width: Int) -> UInt64? {
    guard offset <= UInt64(file.count), UInt64(file.count) - offset >= UInt64(width) else {
      return nil
    }
    var result: UInt64 = 0
    for index in 0..<width { result |= UInt64(file[Int(offset) + index]) << UInt64(8 * index) }
    return result
  }

  private static func name(_ file: Span<UInt8>, _ offset: UInt64) -> String {
    var bytes: [UInt8] = []
    var at = offset
    while at < UInt64(file.count), file[Int(at)] != 0, bytes.count < 200 {
      bytes.append(file[Int(at)])
      at += 1
    }
    // Names come from strangers: nothing that could confuse a terminal.
    return String(decoding: bytes.map { (0x21...0x7E).contains($0) ? $0 : 0x3F }, as: UTF8.self)
  }
}
