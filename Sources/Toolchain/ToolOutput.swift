import Foundation

/// What a tool of ours writes for `-o`.
enum ToolOutput {
  /// A device, FIFO or socket.
  private static func isSpecial(_ path: String) -> Bool {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    guard let type = attributes?[.type] as? FileAttributeType else { return false }
    return ![.typeRegular, .typeSymbolicLink, .typeDirectory].contains(type)
  }

  /// Writes a file, which appears complete or not at all. What is no plain file, such as `/dev/null` in a
  /// configure script, stays what it is and gets the bytes: a new file in its place would be everybody's.
  static func write(_ bytes: Data, to path: String, permissions: Int? = nil) throws(ToolchainError)
  {
    do {
      guard !isSpecial(path) else {
        let file = try FileHandle(forWritingTo: URL(filePath: path))
        try file.write(contentsOf: bytes)
        return try file.close()
      }
      try bytes.write(to: URL(filePath: path), options: .atomic)
      if let permissions {
        try FileManager.default.setAttributes(
          [.posixPermissions: permissions], ofItemAtPath: path)
      }
    } catch {
      throw ToolchainError("\(path): cannot be written: \(error.localizedDescription)")
    }
  }
}
