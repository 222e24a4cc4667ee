internal import CNettle

/// A running SHA-256 (FIPS 180-4), by nettle. No allocation: usable in a sandbox process.
public struct SHA256: Sendable {
  private var context = sha256_ctx()

  public init() {
    unsafe nettle_sha256_init(&context)
  }

  /// Takes the bytes in; any length, any number of times.
  public mutating func update(_ bytes: Span<UInt8>) {
    unsafe bytes.withUnsafeBufferPointer { buffer in
      // Invariant: the buffer is valid for exactly `count` bytes while the closure runs.
      guard let start = buffer.baseAddress else { return }
      unsafe nettle_sha256_update(&context, buffer.count, start)
    }
  }

  /// The digest of all bytes so far: 32 bytes. The state starts anew.
  public mutating func finalize() -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    unsafe nettle_sha256_digest(&context, digest.count, &digest)
    return digest
  }

  /// The digest of these bytes in lower-case hexadecimal.
  public static func hex(of bytes: some Sequence<UInt8>) -> String {
    var hash = SHA256()
    let array = Array(bytes)
    hash.update(array.span)
    return hexadecimal(hash.finalize())
  }

  /// Lower-case hexadecimal of a digest.
  public static func hexadecimal(_ digest: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in digest {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }
}
