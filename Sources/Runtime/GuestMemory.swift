// Unsafe: this file alone turns guest addresses into pointers. Invariant: a pointer is made only for
// a range that `check` found inside one mapped range of the guest's 4 GiB, with the wanted
// permission; the mappings stay until the process ends. The guest has one thread, and it is stopped
// while a trap is served, so memory does not change under a copy.
import CSandbox
import Digest
import Glibc
import Wire

/// Why a module or a session could not be set up.
struct RuntimeError: Error, Sendable, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }

  /// What was being done and what the system said.
  init(_ action: String, errno code: Int32) {
    description = unsafe "\(action): \(String(cString: strerror(code)))"
  }
}

/// The guest's 4 GiB between guards, and what of it is mapped how.
struct GuestMemory {
  static let pageByteCount: UInt64 = 4096
  static let granule: UInt64 = 0x10000
  static let stackByteCount: UInt64 = 16 << 20
  /// End of the user manifest's region and lowest address of the stack.
  static let stackStart: UInt64 = 0x1_0000_0000 - stackByteCount
  /// The stack's last granule is not mapped: a displacement below zero from a small address must
  /// fault as one from a large address does (TOOLCHAIN.md, "More pitfalls").
  static let stackEnd: UInt64 = 0x1_0000_0000 - granule
  private static let trapAddress: UInt64 = 0x10000
  private static let textAddress: UInt64 = 0x20000
  private static let halt: UInt8 = 0xf4

  struct Range {
    var start: UInt64
    var end: UInt64
    var writable: Bool
  }

  /// Mapped ranges; the ones used most come first.
  private(set) var ranges: [Range] = []
  private let heapStart: UInt64
  private(set) var heapByteCount: UInt64 = 0
  let entry: UInt32
  private let fixedRanges: [Range]

  /// Reserves the address space and maps the module from its sealed file.
  init(module: ModuleMessage, file: Int32) throws(RuntimeError) {
    try Self.reserve()
    try Self.mapTrampolines()
    var fixed = [Range(start: Self.stackStart, end: Self.stackEnd, writable: true)]
    var previousEnd = Self.textAddress
    for (index, segment) in module.segments.enumerated() {
      let start = UInt64(segment.address)
      let end = start + UInt64(segment.memoryByteCount)
      let isText = index == 0
      // The launcher's own safety rests on these, so they do not depend on the engine's checks.
      guard start >= previousEnd, start % Self.granule == 0, end <= 0x8000_0000,
        segment.fileByteCount <= segment.memoryByteCount, segment.permissions & ~7 == 0,
        segment.permissions == 5 && isText || segment.permissions & 1 == 0 && !isText
      else { throw RuntimeError("module: segment \(index) is out of place") }
      let writable = segment.permissions & 2 != 0
      let mappedEnd = roundUp(end, to: writable ? Self.granule : Self.pageByteCount)
      try Self.place(segment, end: mappedEnd, file: file, isText: isText)
      fixed.append(Range(start: start, end: mappedEnd, writable: writable))
      previousEnd = roundUp(end, to: Self.granule)
    }
    guard !module.segments.isEmpty else { throw RuntimeError("module: no segments") }
    guard UInt64(module.entry) >= Self.textAddress,
      UInt64(module.entry) < Self.textAddress + UInt64(module.segments[0].memoryByteCount)
    else { throw RuntimeError("module: the entry point lies outside the text") }
    entry = module.entry
    heapStart = previousEnd
    fixedRanges = fixed
    ranges = fixed
    try Self.protect(Self.stackStart, Self.stackEnd, PROT_READ | PROT_WRITE, "stack")
  }

  /// Makes the heap and writes the user manifest below the stack. Once per session.
  mutating func arm(heapByteCount: UInt32, channels: [ChannelMessage])
    throws(RuntimeError)
  {
    let image = UserManifest(
      heapStart: UInt32(heapStart), heapByteCount: heapByteCount, channels: channels)
    let manifestStart = Self.stackStart - image.byteCount
    let heapEnd = heapStart + UInt64(heapByteCount)
    guard heapEnd % Self.granule == 0, heapEnd <= manifestStart else {
      throw RuntimeError("a heap of \(heapByteCount) bytes does not fit below the stack")
    }
    try Self.protect(heapStart, heapEnd, PROT_READ | PROT_WRITE, "heap")
    try Self.protect(manifestStart, Self.stackStart, PROT_READ | PROT_WRITE, "user manifest")
    let bytes = image.bytes(at: UInt32(manifestStart))
    unsafe Self.pointer(manifestStart).copyMemory(from: bytes, byteCount: bytes.count)
    try Self.protect(manifestStart, Self.stackStart, PROT_READ, "user manifest")
    self.heapByteCount = UInt64(heapByteCount)
    ranges =
      [
        fixedRanges[0], Range(start: heapStart, end: heapEnd, writable: true),
        Range(start: manifestStart, end: Self.stackStart, writable: false),
      ] + fixedRanges.dropFirst()
  }

  /// Whether all of `count` bytes at `address` may be read (or written) by the guest. Ranges that
  /// touch count as one.
  func check(_ address: UInt64, _ count: UInt64, writable: Bool) -> Bool {
    guard address <= 0xffff_ffff, count <= 0x1_0000_0000 else { return false }
    var position = address
    let end = address + count
    scan: while true {
      for range in ranges where position >= range.start && position < range.end {
        guard range.writable || !writable else { return false }
        if end <= range.end { return true }
        position = range.end
        continue scan
      }
      return false
    }
  }

  /// The 64-bit word at `address`, or nil when the guest could not read it.
  func word(at address: UInt64) -> UInt64? {
    guard check(address, 8, writable: false) else { return nil }
    return unsafe Self.pointer(address).loadUnaligned(as: UInt64.self)
  }

  /// Lets `body` fill guest memory. The caller has checked the range.
  func withWritable<Result>(
    _ address: UInt64, _ count: Int,
    _ body: (UnsafeMutableRawBufferPointer) throws(ChannelFailure) -> Result
  ) throws(ChannelFailure) -> Result {
    precondition(check(address, UInt64(count), writable: true))
    return try unsafe body(
      UnsafeMutableRawBufferPointer(start: Self.pointer(address), count: count))
  }

  /// Lets `body` read guest memory. The caller has checked the range.
  func withReadable<Result>(
    _ address: UInt64, _ count: Int,
    _ body: (UnsafeRawBufferPointer) throws(ChannelFailure) -> Result
  ) throws(ChannelFailure) -> Result {
    precondition(check(address, UInt64(count), writable: false))
    return try unsafe body(UnsafeRawBufferPointer(start: Self.pointer(address), count: count))
  }

  /// SHA-256 of all that the guest can read but the user manifest, in address order.
  func digest() -> [UInt8] {
    var hash = SHA256()
    for range in ranges.sorted(by: { $0.start < $1.start })
    where range.writable || range.end != Self.stackStart {
      unsafe hash.update(
        Span(
          _unsafeElements: UnsafeRawBufferPointer(
            start: Self.pointer(range.start), count: Int(range.end - range.start)
          ).assumingMemoryBound(to: UInt8.self)))
    }
    return hash.finalize()
  }

  // MARK: Mapping

  private static func pointer(_ address: UInt64) -> UnsafeMutableRawPointer {
    unsafe UnsafeMutableRawPointer(bitPattern: UInt(CSB_BASE + address))!
  }

  private static func reserve() throws(RuntimeError) {
    let start = UInt(CSB_BASE - CSB_GUARD)
    let size = Int(CSB_GUARD + CSB_GUEST + CSB_GUARD)
    let result = unsafe mmap(
      UnsafeMutableRawPointer(bitPattern: start), size, PROT_NONE,
      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | Int32(MAP_FIXED_NOREPLACE), -1, 0)
    guard UInt(bitPattern: result) == start else {
      throw RuntimeError("reserve 84 GiB of address space", errno: errno)
    }
  }

  private static func protect(_ start: UInt64, _ end: UInt64, _ access: Int32, _ what: String)
    throws(RuntimeError)
  {
    guard start < end else { return }
    guard unsafe mprotect(pointer(start), Int(end - start), access) == 0 else {
      throw RuntimeError("protect the guest's \(what)", errno: errno)
    }
  }

  /// Slot 0 is `jmp *%gs:0`: it holds no host address. All other bytes are `hlt`.
  private static func mapTrampolines() throws(RuntimeError) {
    let end = trapAddress + pageByteCount
    try protect(trapAddress, end, PROT_READ | PROT_WRITE, "trampolines")
    let slots = unsafe UnsafeMutableRawBufferPointer(
      start: pointer(trapAddress), count: Int(pageByteCount))
    for index in slots.indices { unsafe slots[index] = halt }
    unsafe slots.copyBytes(from: [0x65, 0xff, 0x24, 0x25, 0, 0, 0, 0])
    try protect(trapAddress, end, PROT_READ | PROT_EXEC, "trampolines")
  }

  /// Maps one segment: whole pages of the file privately, the rest copied; after the file's bytes
  /// come zeros, or `hlt` to the end of the page in the text.
  private static func place(
    _ segment: ModuleMessage.Segment, end: UInt64, file: Int32, isText: Bool
  ) throws(RuntimeError) {
    let start = UInt64(segment.address)
    let fileCount = UInt64(segment.fileByteCount)
    try protect(start, end, PROT_READ | PROT_WRITE, "segment at \(start)")
    var copied: UInt64 = 0
    if segment.fileOffset % pageByteCount == 0 {
      copied = fileCount & ~(pageByteCount - 1)
    }
    if copied > 0 {
      let result = unsafe mmap(
        pointer(start), Int(copied), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, file,
        Int(segment.fileOffset))
      guard unsafe result == pointer(start) else {
        throw RuntimeError("map the segment at \(start)", errno: errno)
      }
    }
    while copied < fileCount {
      let count = unsafe pread(
        file, pointer(start + copied), Int(fileCount - copied), Int(segment.fileOffset + copied))
      guard count > 0 else {
        throw RuntimeError("read the segment at \(start)", errno: count < 0 ? errno : EIO)
      }
      copied += UInt64(count)
    }
    if isText {
      for address in (start + fileCount)..<max(end, start + fileCount) {
        unsafe pointer(address).storeBytes(of: halt, as: UInt8.self)
      }
    }
    let access =
      isText
      ? PROT_READ | PROT_EXEC
      : segment.permissions & 2 != 0
        ? PROT_READ | PROT_WRITE : PROT_READ
    try protect(start, end, access, "segment at \(start)")
  }
}

func roundUp(_ value: UInt64, to unit: UInt64) -> UInt64 { (value + unit - 1) & ~(unit - 1) }
