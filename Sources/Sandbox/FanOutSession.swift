import Glibc
package import SystemPackage
package import Wire

extension Session {
  /// A session without a guest: `input` is decoded once, and dealt out to `chunks` as `order` says.
  /// `places` gives offsets in that file, `done` takes what is complete; both are pipes.
  package static func fanOut(
    _ order: FanOutMessage, input: Channel.Backing, chunks: FileDescriptor, done: FileDescriptor,
    places: FileDescriptor
  ) -> Session {
    var session = Session(
      channels: [
        Channel(alias: "/dev/stdin", backing: input, limits: .readOnly),
        Channel(
          alias: "/dev/chunks", access: .randomWrite,
          backing: .file(chunks, offset: 0, length: nil), limits: .writeOnly),
        Channel(alias: "/dev/done", backing: .stream(done), limits: .writeOnly),
        Channel(alias: "/dev/places", backing: .stream(places), limits: .readOnly),
      ], memoryByteCount: 32 << 20, timeout: .seconds(7 * 86400))
    session.fanOut = order
    return session
  }
}

extension ValidatedModule {
  /// A program that only halts: for launchers whose sessions have no guest.
  package static func idle() throws(SandboxError) -> ValidatedModule {
    let file = try MemoryFile(name: "idle")
    defer { file.close() }
    do { try file.descriptor.writeAll(idleImage) } catch {
      throw SandboxError("memory file: \(error)")
    }
    return try ValidatedModule(path: FilePath("/proc/self/fd/\(file.descriptor.rawValue)"))
  }

  /// ELF header, one program header, and a text of one bundle of `hlt`.
  private static var idleImage: [UInt8] {
    var bytes: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1] + [UInt8](repeating: 0, count: 9)
    func put<Value: FixedWidthInteger>(_ value: Value) {
      for index in 0..<(Value.bitWidth / 8) {
        bytes.append(UInt8(truncatingIfNeeded: value >> Value(8 * index)))
      }
    }
    put(UInt16(2))
    put(UInt16(62))
    put(UInt32(1))
    for value in [0x20000, 64, 0] as [UInt64] { put(value) }
    put(UInt32(0))
    for value in [64, 56, 1, 0, 0, 0] as [UInt16] { put(value) }
    put(UInt32(1))
    put(UInt32(5))
    for value in [0x1000, 0x20000, 0x20000, 32, 32, 0x1000] as [UInt64] { put(value) }
    bytes += [UInt8](repeating: 0, count: 0x1000 - bytes.count)
    return bytes + [UInt8](repeating: 0xF4, count: 32)
  }
}
