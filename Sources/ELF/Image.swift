/// A static ELF64 program, read strictly from bytes that nobody trusts (RULES.md, "Loading").
public struct Image: Sendable, Equatable {
  /// Guest address at which the program starts.
  public var entry: UInt32
  /// The PT_LOAD segments that occupy memory, in address order; the first is the text.
  public var segments: [Segment]
  /// The initial image of thread-local storage, for the C library.
  public var threadLocal: Segment?

  /// The text: the one executable segment.
  public var text: Segment { segments[0] }

  /// First guest address after the last segment, rounded up to the 64 KiB granule: where the heap
  /// starts.
  public var end: UInt32 {
    let last = segments[segments.count - 1]
    return (last.address + last.memoryByteCount + Self.granule - 1) & ~(Self.granule - 1)
  }

  /// Where the text must start.
  public static let textAddress: UInt32 = 0x20000
  /// Segments live in granules of their own: 64 KiB.
  public static let granule: UInt32 = 0x10000
  /// No segment may reach above this address: 2 GiB, which leaves room for heap and stack and keeps
  /// sums of addresses and sizes inside 32 bits.
  public static let ceiling: UInt32 = 0x8000_0000
  public static let maximumProgramHeaders = 128
}

/// A part of the file and the guest memory it fills.
public struct Segment: Sendable, Equatable {
  /// First guest address.
  public var address: UInt32
  /// Bytes of guest memory; what the file does not give is zero.
  public var memoryByteCount: UInt32
  /// First byte in the file.
  public var fileOffset: Int
  /// Bytes that the file gives.
  public var fileByteCount: UInt32
  public var permissions: Permissions

  public init(
    address: UInt32, memoryByteCount: UInt32, fileOffset: Int, fileByteCount: UInt32,
    permissions: Permissions
  ) {
    self.address = address
    self.memoryByteCount = memoryByteCount
    self.fileOffset = fileOffset
    self.fileByteCount = fileByteCount
    self.permissions = permissions
  }
}

/// PF_X, PF_W and PF_R of a program header.
public struct Permissions: OptionSet, Sendable, Hashable {
  public let rawValue: UInt32

  public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static let execute = Permissions(rawValue: 1)
  public static let write = Permissions(rawValue: 2)
  public static let read = Permissions(rawValue: 4)
}

/// Why a file is not a program that may be loaded: the field, where it stands, what it says, and the rule.
public struct ELFError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Name of the field, as in the ELF specification (`e_machine`, `p_vaddr`).
  public let field: String
  /// Byte offset of the field in the file.
  public let offset: Int
  /// What the field says; nil when the file ends before it.
  public let value: UInt64?
  /// What is wrong: the rule that the value breaks.
  public let problem: String

  public var description: String {
    let said = value.map { " is 0x" + String($0, radix: 16) } ?? ""
    return "offset \(offset): \(field)\(said): \(problem)"
  }
}
