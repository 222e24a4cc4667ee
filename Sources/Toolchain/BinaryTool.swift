import Foundation

/// The stock tools for objects, archives and nexes, under our own names: what a build calls AR, LD,
/// NM and so on.
public enum BinaryTool {
  /// Runs the tool with our standard streams and answers its exit status.
  public static func run(_ name: String, _ arguments: [String]) throws(ToolchainError) -> Int32 {
    let tools = try Tools()
    if name == "ld" { return try Tools.run(tools.lld, try linkerArguments(arguments)) }
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

  /// A relocatable link is the linker's own; a final one gets our layout.
  private static func linkerArguments(_ arguments: [String]) throws(ToolchainError) -> [String] {
    let common = ["-m", "elf_x86_64", "--build-id=none"] + arguments
    if arguments.contains(where: { ["-r", "-i", "--relocatable"].contains($0) }) { return common }
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
