import Foundation

/// What a configure script or a makefile needs in its environment to build for the sandbox.
public struct BuildEnvironment: Sendable {
  /// Names and values, in order.
  public let variables: [(name: String, value: String)]

  /// Builds the sysroot if need be. `executable` is the `zvm` to call.
  public init(executable: String) throws(ToolchainError) {
    let sysroot = try Sysroot()
    try sysroot.build { FileHandle.standardError.write(Data(($0 + "\n").utf8)) }
    let quoted = executable.contains(" ") ? "'\(executable)'" : executable
    variables = [
      ("CC", "\(quoted) cc"), ("CXX", "\(quoted) c++"), ("AR", "\(quoted) ar"),
      ("RANLIB", "\(quoted) ranlib"), ("NM", "\(quoted) nm"), ("LD", "\(quoted) ld"),
      ("STRIP", "\(quoted) strip"), ("OBJDUMP", "\(quoted) objdump"),
      // Programs for the build machine itself, where a package makes some.
      ("CC_FOR_BUILD", "gcc"), ("BUILD_CC", "gcc"), ("HOSTCC", "gcc"),
      ("CONFIG_SITE", sysroot.guest + "/config.site"),
      // Libraries of the build machine are not ours: pkg-config finds only the sysroot's.
      ("PKG_CONFIG_LIBDIR", sysroot.path + "/lib/pkgconfig"), ("PKG_CONFIG_PATH", ""),
      ("PKG_CONFIG_SYSROOT_DIR", ""), ("ZVM_EXECUTABLE", "1"),
    ]
  }
}
