import ELF
import Glibc
import SystemPackage
import Wire

extension Session {
  private static let stackByteCount = 16 << 20
  private static let granule = 0x10000

  /// What travels to the launcher: the message, and the descriptors that it numbers.
  /// `isFollowed`: the process may serve another session afterwards.
  func message(for module: ValidatedModule, isFollowed: Bool) throws(SandboxError)
    -> (SessionMessage, [Int32])
  {
    guard channels.count >= 3 else {
      throw SandboxError("a session needs channels 0, 1 and 2", status: EFAULT)
    }
    guard channels.count <= 10915 else {
      throw SandboxError("\(channels.count) channels, the limit is 10915", status: EFAULT)
    }
    guard memoryByteCount <= 1 << 32 else {
      throw SandboxError(
        "\(module.path): a memory of \(memoryByteCount) bytes; a program has at most 4 GiB",
        status: ENOMEM)
    }
    let image = module.image.segments.reduce(0) {
      $0 + (Int($1.memoryByteCount) + Self.granule - 1) / Self.granule * Self.granule
    }
    let heap = (memoryByteCount - Self.stackByteCount - image) / Self.granule * Self.granule
    guard heap > 0 else {
      throw SandboxError(
        "\(module.path): a memory of \(memoryByteCount) bytes leaves no heap beside 16 MiB of stack "
          + "and \(image) bytes of program", status: ENOMEM)
    }
    // The top 17 MiB are the stack and the user manifest's smallest region.
    let room = (1 << 32) - Self.stackByteCount - Self.granule - Int(module.image.end)
    guard outputByteLimit ?? 0 >= 0 else { throw SandboxError("a negative output limit") }
    var descriptors = DescriptorTable()
    var messages: [ChannelMessage] = []
    messages.reserveCapacity(channels.count)
    for channel in channels { messages.append(try channel.message(&descriptors)) }
    let traced = trace.map { descriptors.index($0) + 1 } ?? 0
    var message = SessionMessage(
      isFollowed: isFollowed, heapByteCount: UInt32(min(heap, room)), memoryDigest: memoryDigest,
      trapLimit: trapLimit ?? .max, outputByteLimit: outputByteLimit ?? .max,
      trace: traced, channels: messages)
    message.fanOut = fanOut
    return (message, descriptors.numbers)
  }
}

/// Descriptors of a session in the order they are sent, each once.
private struct DescriptorTable {
  private(set) var numbers: [Int32] = []
  private var indices: [Int32: UInt32] = [:]

  mutating func index(_ descriptor: FileDescriptor) -> UInt32 {
    if let index = indices[descriptor.rawValue] { return index }
    let index = UInt32(numbers.count)
    indices[descriptor.rawValue] = index
    numbers.append(descriptor.rawValue)
    return index
  }
}

extension Channel {
  fileprivate func message(_ descriptors: inout DescriptorTable) throws(SandboxError)
    -> ChannelMessage
  {
    guard alias.utf8.count <= ChannelMessage.maximumAliasByteCount, !alias.utf8.contains(0) else {
      throw SandboxError("channel alias '\(alias.prefix(40))' is too long or holds a NUL")
    }
    for limit in [limits.gets, limits.getBytes, limits.puts, limits.putBytes] where limit < 0 {
      throw SandboxError("\(alias): a negative limit")
    }
    let wired: ChannelMessage.Backing
    switch backing {
    case .null: wired = .null
    case .stream(let descriptor): wired = .stream(descriptors.index(descriptor))
    case .file(let descriptor, let offset, let length):
      let size = try window(descriptor, offset, length)
      wired = .file(descriptors.index(descriptor), offset: offset, size: size)
    case .extents(let files, let extents):
      var windows: [ChannelMessage.Extent] = []
      windows.reserveCapacity(extents.count)
      for extent in extents {
        guard files.indices.contains(extent.descriptor), extent.offset >= 0, extent.length >= 0
        else { throw SandboxError("\(alias): an extent without a file, or below zero") }
        windows.append(
          ChannelMessage.Extent(
            descriptor: descriptors.index(files[extent.descriptor]), offset: extent.offset,
            length: extent.length))
      }
      wired = .extents(windows)
    case .compressed(let descriptor, let codec, let offset, let length):
      guard access == .sequential else {
        throw SandboxError("\(alias): compressed input cannot be read at random")
      }
      let size = try window(descriptor, offset, length)
      wired = .compressed(
        descriptors.index(descriptor), CompressedPiece(codec, offset: offset, length: size))
    case .piece(let descriptor, let piece):
      guard access == .sequential else {
        throw SandboxError("\(alias): compressed input cannot be read at random")
      }
      wired = .compressed(descriptors.index(descriptor), piece)
    case .bytes(let bytes):
      guard bytes.count <= ChannelMessage.maximumConstantByteCount else {
        throw SandboxError("\(alias): \(bytes.count) constant bytes are too many")
      }
      wired = .bytes(bytes)
    }
    var message = ChannelMessage(
      alias: alias, access: access.rawValue, digest: digest, gets: limits.gets,
      getBytes: limits.getBytes, puts: limits.puts, putBytes: limits.putBytes, backing: wired)
    message.tellsErrors = tellsErrors
    return message
  }

  /// Length of a window of a file; to the end of the file where none is given.
  private func window(_ descriptor: FileDescriptor, _ offset: Int64, _ length: Int64?)
    throws(SandboxError) -> Int64
  {
    guard offset >= 0, length ?? 0 >= 0 else { throw SandboxError("\(alias): a negative offset") }
    if let length { return length }
    var status = stat()
    guard unsafe fstat(descriptor.rawValue, &status) == 0 else {
      throw SandboxError("\(alias): stat", errno: errno)
    }
    return max(0, Int64(status.st_size) - offset)
  }
}

extension Duration {
  /// Whole nanoseconds, at least 0; what is too long for 64 bits counts as for ever.
  var nanoseconds: UInt64 {
    let (seconds, attoseconds) = components
    guard seconds >= 0, attoseconds >= 0 else { return 0 }
    let (whole, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
    let sum = whole.addingReportingOverflow(UInt64(attoseconds / 1_000_000_000))
    return overflow || sum.overflow ? .max : sum.partialValue
  }
}
