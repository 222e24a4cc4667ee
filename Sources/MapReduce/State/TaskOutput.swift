import Digest

/// A SHA-256.
struct Etag: Sendable, Hashable {
  /// Big-endian quarters of the digest: no memory of its own for each of many tasks.
  private var words: (UInt64, UInt64, UInt64, UInt64)

  init(_ digest: [UInt8]) {
    precondition(digest.count == 32)
    func word(_ start: Int) -> UInt64 {
      digest[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) }
    }
    words = (word(0), word(8), word(16), word(24))
  }

  init?(hex: String) {
    let digits = Array(hex.utf8)
    guard digits.count == 64 else { return nil }
    var digest: [UInt8] = []
    for index in stride(from: 0, to: 64, by: 2) {
      guard let high = Self.value(digits[index]), let low = Self.value(digits[index + 1]) else {
        return nil
      }
      digest.append(high << 4 | low)
    }
    self.init(digest)
  }

  private static func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    default: nil
    }
  }

  var bytes: [UInt8] {
    [words.0, words.1, words.2, words.3].flatMap { word in
      (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * $0)) }
    }
  }

  var hex: String { SHA256.hexadecimal(bytes) }

  static func == (left: Etag, right: Etag) -> Bool { left.words == right.words }
  func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}

/// Bytes of one partition that one task wrote, in one of the job's data files. After a shuffle they
/// are lines in order of their keys.
struct Run: Sendable, Equatable {
  var file: Int32
  var partition: Int32
  var offset: Int64
  var length: Int64
  /// Bytes of the longest line with its end; 0 where lines do not matter.
  var longestLine: Int32 = 0
}

/// What a finished task left.
struct TaskOutput: Sendable, Equatable {
  /// In order of partition; those of one partition in the order in which they were written.
  var runs: [Run]
  /// Of the bytes of all runs, one after the other.
  var etag: Etag
  /// Bytes that the program read, decompressed, and wrote.
  var inputByteCount: Int64
  var outputByteCount: Int64
  var rejectRun: Run?
  var rejectCount = 0
}
