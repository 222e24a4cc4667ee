import Foundation

/// The stock tools for objects, archives and nexes, under our own names: what a build calls AR, LD,
/// NM and so on.
public enum BinaryTool {
  /// Runs the tool with our standard streams and answers its exit status.
  public static func run(_ name: String, _ arguments: [String]) throws(ToolchainError) -> Int32 {
    let relocatable = arguments.contains { ["-r", "-i", "--relocatable"].contains($0) }
    if name == "ld", !relocatable {
      return try Tools.run(try Tools().lld, try linkerArguments(arguments))
    }
    // A relocatable link is GNU ld's: lld fills the gaps between texts with int3, which the validator
    // refuses.
    guard let program = Tools.search(name) else {
      throw ToolchainError("\(name) is not installed: apt-get install binutils")
    }
    return try Tools.run(program, arguments)
  }

  /// Runs any program with our standard streams and answers its exit status.
  public static func spawn(_ program: String, _ arguments: [String]) throws(ToolchainError) -> Int32
  {
    try Tools.run(program, arguments)
  }

  /// A final link gets our layout.
  private static func linkerArguments(_ arguments: [String]) throws(ToolchainError) -> [String] {
    let common = ["-m", "elf_x86_64", "--build-id=none"] + arguments
    if arguments.contains(where: { ["--version", "-v", "-V", "--help"].contains($0) }) {
      return arguments
    }
    if let refused = arguments.first(where: { ["-shared", "-pie", "-Bshareable"].contains($0) }) {
      throw ToolchainError("\(refused): a nexe is static, at a fixed address")
    }
    let sysroot = try Sysroot()
    return Driver.linkerOptions(sysroot) + common + ["-L" + sysroot.path + "/lib"]
  }
}
