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
  /// The stack pointer of a guest that starts.
  static let firstStackPointer = stackEnd - 256
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
  let heapStart: UInt64
  private(set) var heapByteCount: UInt64 = 0
  let entry: UInt32
  private var fixedRanges: [Range]
  /// Heap memory that is code now: readable and executable.
  var jailed: [Swift.Range<UInt64>] = []
  /// Start of the first segment that can be written: from here to the heap's end, and in the stack, lies
  /// everything that a guest can have changed.
  private let resetStart: UInt64
  /// Of the first pages from there, which programs are likely to write: their size, and, where the process
  /// is to be used again, what they hold at the start. To copy a page costs less than to drop it and to
  /// fault it in.
  private let firstByteCount: UInt64
  private var firstPages: [UInt8] = []
  private static let mostFirstPages: UInt64 = 16
  /// As many of the stack's last pages are cleared, and not dropped.
  private static let lastStackPages: UInt64 = 2
  /// The user manifest that is in place, and where its region starts.
  private var manifest: [UInt8] = []
  private var manifestStart = GuestMemory.stackStart

  /// Reserves the address space and maps the module from its sealed file.
  init(module: ModuleMessage, file: Int32) throws(RuntimeError) {
    try Self.reserve()
    try Self.mapTrampolines()
    let initial = try InitialImage(module: module, file: file)
    defer { initial.close() }
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
      if isText {
        try Self.placeText(segment, end: mappedEnd, file: file)
      } else {
        try Self.placeData(segment, end: mappedEnd, initial, offset: initial.offsets[index])
      }
      fixed.append(Range(start: start, end: mappedEnd, writable: writable))
      previousEnd = roundUp(end, to: Self.granule)
    }
    guard !module.segments.isEmpty else { throw RuntimeError("module: no segments") }
    guard UInt64(module.entry) >= Self.textAddress,
      UInt64(module.entry) < Self.textAddress + UInt64(module.segments[0].memoryByteCount)
    else { throw RuntimeError("module: the entry point lies outside the text") }
    entry = module.entry
    let written = module.segments.dropFirst().first { $0.permissions & 2 != 0 }
    resetStart = written.map { UInt64($0.address) } ?? previousEnd
    firstByteCount = min(
      roundUp(UInt64(written?.memoryByteCount ?? 0), to: Self.pageByteCount),
      Self.mostFirstPages * Self.pageByteCount)
    heapStart = previousEnd
    fixedRanges = fixed
    ranges = fixed
    try Self.protect(Self.stackStart, Self.stackEnd, PROT_READ | PROT_WRITE, "stack")
    try leaveGuards()
  }

  /// Gives back the address space of guards, and of what lies between segments up to the first that can
  /// be written. Nothing is ever mapped there: the launcher maps at `CSB_SHARED` only from here on, a
  /// sandbox nowhere. Each mapping less makes a fork half a microsecond faster.
  private func leaveGuards() throws(RuntimeError) {
    let kept =
      [Range(start: Self.trapAddress, end: Self.trapAddress + Self.pageByteCount, writable: false)]
      + fixedRanges.dropFirst().filter { $0.start < resetStart }
    for (one, next) in zip(kept, kept.dropFirst()) { try Self.unmap(one.end, next.start) }
    try Self.unmap(0 &- CSB_GUARD, Self.trapAddress)
    try Self.unmap(kept.last!.end, resetStart)
    try Self.unmap(Self.stackEnd, CSB_GUEST + CSB_GUARD)
  }

  private static func unmap(_ start: UInt64, _ end: UInt64) throws(RuntimeError) {
    guard start != end else { return }
    let result = unsafe munmap(
      UnsafeMutableRawPointer(bitPattern: UInt(CSB_BASE &+ start))!, Int(end &- start))
    guard result == 0 else { throw RuntimeError("leave the guards empty", errno: errno) }
  }

  /// Makes the heap and writes the user manifest below the stack. Once per session; memory is as
  /// after `init` or `reset`.
  mutating func arm(heapByteCount: UInt32, channels: [ChannelMessage])
    throws(RuntimeError)
  {
    let image = UserManifest(
      heapStart: UInt32(heapStart), heapByteCount: heapByteCount, channels: channels)
    let start = Self.stackStart - image.byteCount
    let heapEnd = heapStart + UInt64(heapByteCount)
    guard heapEnd % Self.granule == 0, heapEnd <= start else {
      throw RuntimeError("a heap of \(heapByteCount) bytes does not fit below the stack")
    }
    let bytes = image.bytes(at: UInt32(start))
    // Between shards of one stage nothing of this differs, mostly.
    if start == manifestStart, UInt64(heapByteCount) == self.heapByteCount, bytes == manifest {
      return
    }
    let isSecond = !manifest.isEmpty
    // Where this does not get to its end, nothing of the session before holds.
    manifest.removeAll(keepingCapacity: true)
    if isSecond {
      try Self.discard(heapStart, Self.stackStart)
      try Self.protect(heapStart, Self.stackStart, PROT_NONE, "heap")
    }
    try Self.protect(heapStart, heapEnd, PROT_READ | PROT_WRITE, "heap")
    try Self.protect(start, Self.stackStart, PROT_READ | PROT_WRITE, "user manifest")
    unsafe Self.pointer(start).copyMemory(from: bytes, byteCount: bytes.count)
    // Its last word is at a place that never changes.
    unsafe Self.pointer(Self.stackStart - 4).storeBytes(of: UInt32(start), as: UInt32.self)
    try Self.protect(start, Self.stackStart, PROT_READ, "user manifest")
    manifest += bytes
    manifestStart = start
    self.heapByteCount = UInt64(heapByteCount)
    ranges.removeAll(keepingCapacity: true)
    ranges.append(fixedRanges[0])
    ranges.append(Range(start: heapStart, end: heapEnd, writable: true))
    ranges.append(Range(start: start, end: Self.stackStart, writable: false))
    ranges += fixedRanges.dropFirst()
  }

  /// Writes the user manifest of a template's copy: the same channels, other limits and sizes.
  mutating func replaceManifest(channels: [ChannelMessage]) throws(RuntimeError) {
    let image = UserManifest(
      heapStart: UInt32(heapStart), heapByteCount: UInt32(heapByteCount), channels: channels)
    let bytes = image.bytes(at: UInt32(manifestStart))
    guard Self.stackStart - image.byteCount == manifestStart, bytes.count == manifest.count else {
      throw RuntimeError("a copy's user manifest is larger than the template's")
    }
    if bytes == manifest { return }
    try Self.protect(manifestStart, Self.stackStart, PROT_READ | PROT_WRITE, "user manifest")
    unsafe Self.pointer(manifestStart).copyMemory(from: bytes, byteCount: bytes.count)
    try Self.protect(manifestStart, Self.stackStart, PROT_READ, "user manifest")
    manifest = bytes
  }

  /// Has what a sandbox counts references of lie together, in pages that it writes to anyway.
  mutating func gather() {
    func copy<Element>(_ array: [Element], room: Int = 0) -> [Element] {
      if array.isEmpty, room == 0 { return array }
      var copy: [Element] = []
      copy.reserveCapacity(array.count + room)
      copy += array
      return copy
    }
    // The heap and the user manifest come in between, and what the manifest says.
    ranges = copy(ranges, room: 2)
    fixedRanges = copy(fixedRanges)
    manifest = copy(manifest, room: 256)
  }

  /// Makes pages that every program writes this process's own, as they are: the stack's last, and the first
  /// that can be written. Has the page looked up where it starts.
  func touch() {
    let places = [Self.firstStackPointer] + (firstByteCount > 0 ? [resetStart] : [])
    for place in places { unsafe csb_touch(Self.pointer(place)) }
    unsafe csb_see(Self.pointer(UInt64(entry)))
  }

  /// Keeps what `reset` needs. Before a guest has run.
  mutating func keepFirstPages() {
    guard firstPages.isEmpty, firstByteCount > 0 else { return }
    firstPages = unsafe Array(
      UnsafeRawBufferPointer(start: Self.pointer(resetStart), count: Int(firstByteCount)))
  }

  /// Makes data, heap and stack what they were before the guest ran: the first pages are written over,
  /// all others the kernel drops, and what comes back is the module's initial image, or zeros.
  /// `keepFirstPages` was called.
  func reset() throws(RuntimeError) {
    precondition(firstPages.count == Int(firstByteCount))
    let last = Self.stackEnd - Self.lastStackPages * Self.pageByteCount
    // Above the heap nothing is mapped up to the user manifest.
    try Self.discard(resetStart + firstByteCount, heapStart + heapByteCount)
    try Self.discard(Self.stackStart, last)
    // Whole pages, mapped and writable: only heap can be jailed.
    if firstByteCount > 0 {
      unsafe Self.pointer(resetStart).copyMemory(from: firstPages, byteCount: firstPages.count)
    }
    unsafe memset(Self.pointer(last), 0, Int(Self.stackEnd - last))
  }

  /// Whether all of `count` bytes at `address` may be read (or written) by the guest. Ranges that
  /// touch count as one.
  func check(_ address: UInt64, _ count: UInt64, writable: Bool) -> Bool {
    guard address <= 0xffff_ffff, count <= 0x1_0000_0000 else { return false }
    var position = address
    let end = address + count
    if writable, jailed.contains(where: { address < $0.upperBound && end > $0.lowerBound }) {
      return false
    }
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

  /// Lets `body` look at guest memory as code.
  func text<Result>(_ range: Swift.Range<UInt64>, _ body: (Span<UInt8>) -> Result) -> Result {
    precondition(check(range.lowerBound, UInt64(range.count), writable: false))
    return unsafe body(
      Span(
        _unsafeElements: UnsafeRawBufferPointer(
          start: Self.pointer(range.lowerBound), count: range.count
        ).assumingMemoryBound(to: UInt8.self)))
  }

  func setProtection(_ range: Swift.Range<UInt64>, _ access: Int32, _ what: String)
    throws(RuntimeError)
  {
    try Self.protect(range.lowerBound, range.upperBound, access, what)
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

  private static func discard(_ start: UInt64, _ end: UInt64) throws(RuntimeError) {
    guard start < end else { return }
    guard unsafe madvise(pointer(start), Int(end - start), MADV_DONTNEED) == 0 else {
      throw RuntimeError("reset the guest's memory", errno: errno)
    }
  }

  /// Maps the text: whole pages from the sealed module, the rest copied, then `hlt` to the end of the
  /// page.
  private static func placeText(_ segment: ModuleMessage.Segment, end: UInt64, file: Int32)
    throws(RuntimeError)
  {
    let start = UInt64(segment.address)
    let fileCount = UInt64(segment.fileByteCount)
    try protect(start, end, PROT_READ | PROT_WRITE, "text")
    var copied: UInt64 = 0
    if segment.fileOffset % pageByteCount == 0 {
      copied = fileCount & ~(pageByteCount - 1)
    }
    try map(start, copied, PROT_READ | PROT_WRITE, file, offset: segment.fileOffset)
    while copied < fileCount {
      let count = unsafe pread(
        file, pointer(start + copied), Int(fileCount - copied), Int(segment.fileOffset + copied))
      guard count > 0 else {
        throw RuntimeError("read the segment at \(start)", errno: count < 0 ? errno : EIO)
      }
      copied += UInt64(count)
    }
    for address in (start + fileCount)..<max(end, start + fileCount) {
      unsafe pointer(address).storeBytes(of: halt, as: UInt8.self)
    }
    try protect(start, end, PROT_READ | PROT_EXEC, "text")
  }

  /// Maps a data segment privately from the initial image; what lies past its bytes is zero.
  private static func placeData(
    _ segment: ModuleMessage.Segment, end: UInt64, _ initial: InitialImage, offset: UInt64
  ) throws(RuntimeError) {
    let start = UInt64(segment.address)
    let access = segment.permissions & 2 != 0 ? PROT_READ | PROT_WRITE : PROT_READ
    let mapped = roundUp(UInt64(segment.fileByteCount), to: pageByteCount)
    try map(start, mapped, access, initial.file, offset: offset)
    try protect(start + mapped, end, access, "segment at \(start)")
  }

  private static func map(
    _ start: UInt64, _ byteCount: UInt64, _ access: Int32, _ file: Int32, offset: UInt64
  ) throws(RuntimeError) {
    guard byteCount > 0 else { return }
    let result = unsafe mmap(
      pointer(start), Int(byteCount), access, MAP_PRIVATE | MAP_FIXED, file, Int(offset))
    guard unsafe result == pointer(start) else {
      throw RuntimeError("map the segment at \(start)", errno: errno)
    }
  }
}

func roundUp(_ value: UInt64, to unit: UInt64) -> UInt64 { (value + unit - 1) & ~(unit - 1) }
