import Wire

/// The read-only description of a session that a program finds through 0xFEFFFFFC
/// (CONTRACT.md, "The trap"): a header, the channels, their names, and last a pointer to the header.
struct UserManifest {
  private let heapStart: UInt32
  private let heapByteCount: UInt32
  private let channels: [ChannelMessage]
  private let used: UInt64

  private static let headerByteCount = 20
  private static let channelByteCount = 48

  init(heapStart: UInt32, heapByteCount: UInt32, channels: [ChannelMessage]) {
    self.heapStart = heapStart
    self.heapByteCount = heapByteCount
    self.channels = channels
    let names = channels.reduce(0) { $0 + $1.alias.utf8.count + 1 }
    used = UInt64(Self.headerByteCount + 4 + channels.count * Self.channelByteCount + names + 4)
  }

  /// Size of the region, in whole granules.
  var byteCount: UInt64 { roundUp(used, to: GuestMemory.granule) }

  /// The region's first bytes, when it starts at `address`; zeros follow, and in its last word stands
  /// `address`.
  func bytes(at address: UInt32) -> [UInt8] {
    let table = address + UInt32(Self.headerByteCount) + 4
    var name = table + UInt32(channels.count * Self.channelByteCount)
    var writer = ByteWriter(capacity: Int(used))
    writer.integer(heapStart)
    writer.integer(heapByteCount)
    writer.integer(UInt32(GuestMemory.stackByteCount))
    writer.integer(UInt32(channels.count))
    writer.integer(table)
    writer.integer(UInt32(0))  // Aligns the table to 8.
    for channel in channels {
      for limit in [channel.gets, channel.getBytes, channel.puts, channel.putBytes] {
        writer.integer(limit)
      }
      writer.integer(channel.access == 0 ? Int64(0) : channel.backing.byteCount)
      writer.integer(UInt32(channel.access))
      writer.integer(name)
      name += UInt32(channel.alias.utf8.count) + 1
    }
    for channel in channels {
      writer.bytes += channel.alias.utf8
      writer.bytes.append(0)
    }
    return writer.bytes
  }
}
