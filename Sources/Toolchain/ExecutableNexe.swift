public import Foundation

/// A nexe that can be called like any program: a first line that names `zvm exec` as its interpreter,
/// then the nexe's bytes. Makefiles can run, copy and install it.
public enum ExecutableNexe {
  /// Writes one from a nexe; it appears complete or not at all.
  static func write(_ nexe: String, to path: String) throws(ToolchainError) {
    guard let bytes = FileManager.default.contents(atPath: nexe) else {
      throw ToolchainError("\(nexe): cannot be read")
    }
    let line = "#!\(Sysroot.compilerExecutable()) exec\n"
    // The kernel reads 256 bytes of it at most.
    guard line.utf8.count <= 255, !line.contains(" exec\n") || line.split(separator: " ").count == 2
    else {
      throw ToolchainError("\(line.dropLast()): too long, or with a blank, for a first line")
    }
    try ToolOutput.write(Data(line.utf8) + bytes, to: path, permissions: 0o755)
  }

  /// The nexe inside, if the file begins as one; nil otherwise.
  public static func nexe(in path: String) -> Data? {
    guard let bytes = FileManager.default.contents(atPath: path),
      bytes.starts(with: Data("#!".utf8)),
      let end = bytes.prefix(256).firstIndex(of: UInt8(ascii: "\n")),
      bytes[(end + 1)...].starts(with: [0x7f, 0x45, 0x4c, 0x46])
    else { return nil }
    return bytes[(end + 1)...]
  }
}
