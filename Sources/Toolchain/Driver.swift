import Foundation
import Rewriter

/// Carries a `zvm cc` invocation out: compiler, rewriter, assembler, linker.
public struct Driver {
  private let tools: Tools
  private let invocation: Invocation
  private let sysroot: Sysroot?

  /// Options that make gcc write code that the rewriter can handle (TOOLCHAIN.md): ILP32, r15 and
  /// r11 reserved, no red zone, rbp for frames only.
  static let codeOptions = [
    "-mx32", "-ffixed-r15", "-ffixed-r11", "-ffixed-rbp", "-fno-pic", "-fno-pie",
    "-mno-red-zone", "-fno-stack-protector", "-fcf-protection=none",
    "-fno-asynchronous-unwind-tables", "-fno-unwind-tables", "-ftls-model=local-exec",
    "-mtune-ctrl=^use_bt", "-fno-stack-clash-protection",
    // It keeps flags alive across indirect jumps, whose mask overwrites them (JumpTargets.swift).
    "-fno-crossjumping",
  ]
  /// The level in whose place gcc gets another: memory accesses and calls cost more here than gcc's
  /// -O2 reckons with, so inlining, vector code and unrolled loops pay sooner (docs/TOOLCHAIN.md has
  /// the figures). Not so the vector code that puts neighbouring fields together: where `size_t` has 32
  /// bits it finds pairs everywhere, and moving two counters through xmm to write them at once is slower
  /// than two moves. Nor computing on one path what another one has, so as not to compute it again behind
  /// both: there are three registers fewer here to keep it in. A call and its return cost two masks and often
  /// half a bundle, so functions a third larger than gcc's limit (30) are inlined.
  static let tuning = (
    asked: "-O2",
    given: [
      "-O3", "-fno-tree-slp-vectorize", "-fno-tree-partial-pre", "--param=max-inline-insns-auto=40",
    ]
  )

  /// The user's options, tuned.
  private var compilerOptions: [String] {
    invocation.compilerOptions.flatMap { $0 == Self.tuning.asked ? Self.tuning.given : [$0] }
  }

  private static let headerOptions = [
    "-U__gnu_linux__", "-U__linux__", "-U__linux", "-Ulinux", "-U__unix", "-Uunix",
    "-D__unix__=1", "-D__zvm__=1",
  ]

  /// C++ without what needs a run-time library for unwinding (docs/TOOLCHAIN.md).
  private static let cxxOptions = [
    "-fno-exceptions", "-fno-rtti",
  ]

  public init(_ invocation: Invocation) throws(ToolchainError) {
    self.invocation = invocation
    tools = try Tools()
    let needsSysroot = invocation.usesStandardHeaders || invocation.stage == .link
    if needsSysroot {
      let sysroot = try Sysroot()
      try sysroot.build { FileHandle.standardError.write(Data(($0 + "\n").utf8)) }
      self.sysroot = sysroot
    } else {
      sysroot = nil
    }
  }

  /// Answers `--version` and its like; they need no sysroot.
  public static func answer(_ query: String) -> String {
    switch query {
    case "-dumpmachine": "x86_64-zvm"
    case "-dumpversion", "-dumpfullversion": "12"
    case "--version": "zvm cc \(Rewriter.version) (x86_64-zvm, ILP32)\nCompatible with gcc."
    case "-print-sysroot": (try? Sysroot().path) ?? ""
    default: ""
    }
  }

  /// Runs everything. Throws when a tool fails; outputs are complete or not there.
  public func run() throws(ToolchainError) {
    guard !invocation.inputs.isEmpty else { throw ToolchainError("no input files") }
    if invocation.output != nil, invocation.stage != .link, invocation.inputs.count > 1,
      !invocation.dependenciesOnly
    {
      throw ToolchainError("-o with several inputs and -c, -S or -E")
    }
    switch invocation.stage {
    case .preprocess: try preprocess()
    case .assembly, .object:
      for input in invocation.inputs {
        guard input.kind != .linkable else { continue }
        let suffix = invocation.stage == .object ? "o" : "s"
        let base = URL(filePath: input.path).deletingPathExtension().lastPathComponent
        let output = invocation.output ?? "\(input.path == "-" ? "-" : base).\(suffix)"
        try compile(input, to: output)
      }
    case .link: try link()
    }
  }

  private func headers(cxx: [String] = []) -> [String] {
    guard let sysroot, invocation.usesStandardHeaders else { return ["-nostdinc"] }
    var library: [String] = []
    if !cxx.isEmpty {
      library = ["-nostdinc++"]
      if !invocation.compilerOptions.contains("-nostdinc++") {
        library += ([sysroot.guest + "/zcxx/include"] + cxx).flatMap { ["-isystem", $0] }
      }
    }
    return library + [
      "-nostdinc", "-isystem", sysroot.path + "/include", "-isystem",
      sysroot.path + "/compiler-include",
    ]
  }

  private func preprocess() throws(ToolchainError) {
    let cxx = invocation.inputs.contains { $0.kind == .cxx } ? try Tools.cxx() : nil
    var arguments =
      Self.codeOptions + Self.headerOptions + (cxx == nil ? [] : Self.cxxOptions)
      + invocation.compilerOptions + headers(cxx: cxx?.headers ?? [])
    if !invocation.dependenciesOnly { arguments.append("-E") }
    if let output = invocation.output { arguments += ["-o", output] }
    for input in invocation.inputs where input.kind != .linkable {
      let language = input.kind == .c ? "c" : input.kind == .cxx ? "c++" : "assembler-with-cpp"
      arguments += ["-x", language, input.path]
    }
    try check(cxx?.program ?? tools.gcc, arguments)
  }

  private func check(_ tool: String, _ arguments: [String]) throws(ToolchainError) {
    if invocation.verbose {
      FileHandle.standardError.write(
        Data((([tool] + arguments).joined(separator: " ") + "\n").utf8))
    }
    let status = try Tools.run(tool, arguments)
    guard status == 0 else {
      let name = URL(filePath: tool).lastPathComponent
      throw ToolchainError("\(name) failed with status \(status)", status: status)
    }
  }

  /// One source to an object, or to sandboxed assembly with -S.
  private func compile(_ input: Invocation.Input, to output: String) throws(ToolchainError) {
    let folder = try TemporaryFolder()
    let plain = folder.path + "/plain.s"
    switch input.kind {
    case .c, .cxx:
      let cxx = input.kind == .cxx ? try Tools.cxx() : nil
      var options = (cxx == nil ? [] : Self.cxxOptions) + compilerOptions
      // Dependency files are named after the output, as gcc would.
      if options.contains("-MD") || options.contains("-MMD") {
        if !options.contains("-MF") {
          let dependencies = URL(filePath: output).deletingPathExtension().relativePath + ".d"
          options += ["-MF", dependencies]
        }
        if !options.contains("-MT"), !options.contains("-MQ") { options += ["-MT", output] }
      }
      if invocation.debug {
        // Where it was built is nobody's business: the same bytes from every folder.
        let folder = FileManager.default.currentDirectoryPath
        options += [
          "-gdwarf-4", "-gno-variable-location-views", "-gno-record-gcc-switches",
          "-fdebug-prefix-map=\(folder)=.",
        ]
      }
      try check(
        cxx?.program ?? tools.gcc,
        options + Self.codeOptions + Self.headerOptions + headers(cxx: cxx?.headers ?? [])
          + ["-S", "-x", cxx == nil ? "c" : "c++", input.path, "-o", plain])
    case .assemblyWithPreprocessor:
      try check(
        tools.gcc,
        Self.codeOptions + Self.headerOptions + invocation.compilerOptions + headers()
          + ["-E", "-x", "assembler-with-cpp", input.path, "-o", plain])
    case .assembly:
      do {
        try FileManager.default.copyItem(atPath: input.path, toPath: plain)
      } catch {
        throw ToolchainError("\(input.path): cannot be read: \(error.localizedDescription)")
      }
    case .linkable: return
    }
    guard let data = FileManager.default.contents(atPath: plain) else {
      throw ToolchainError("\(plain): cannot be read")
    }
    let sandboxed: String
    do throws(RewriteError) {
      sandboxed = try Rewriter.rewrite(
        String(decoding: data, as: UTF8.self),
        fileName: input.kind == .c || input.kind == .cxx ? "\(input.path) (assembly)" : input.path)
    } catch {
      throw ToolchainError("\(error)")
    }
    let rewritten = folder.path + "/sandboxed.s"
    try write(sandboxed, to: invocation.stage == .assembly ? output : rewritten)
    if invocation.stage == .assembly { return }
    let padded = folder.path + "/padded.o"
    try assemble(rewritten, to: padded)
    // Now that it is known where padding falls, longer encodings take its place.
    guard let object = FileManager.default.contents(atPath: padded) else {
      throw ToolchainError("\(padded): cannot be read")
    }
    if let packed = Packer.pack(sandboxed, object: [UInt8](object)) {
      try write(packed, to: rewritten)
      try assemble(rewritten, to: output)
    } else {
      try ToolOutput.write(object, to: output)
    }
  }

  /// clang writes to a temporary name and renames by itself. From x86-64-v2 on it pads with nops of
  /// up to 15 bytes; which instructions are allowed does not depend on it.
  private func assemble(_ source: String, to output: String) throws(ToolchainError) {
    try check(
      tools.clang,
      [
        "--target=x86_64-linux-gnu", "-march=x86-64-v2", "-fdebug-compilation-dir=.", "-Xclangas",
        "-dwarf-version=4", "-c", "-x", "assembler", source, "-o", output,
      ])
  }

  private func write(_ text: String, to path: String) throws(ToolchainError) {
    if path == "-" {
      FileHandle.standardOutput.write(Data(text.utf8))
      return
    }
    try ToolOutput.write(Data(text.utf8), to: path)
  }

  /// The layout of a nexe.
  static func linkerOptions(_ sysroot: Sysroot) -> [String] {
    [
      "-static", "-z", "max-page-size=0x10000", "-z", "noexecstack", "-T",
      sysroot.guest + "/nexe.ld", "--gc-sections",
      // As GNU ld: sections that a program finds by __start_NAME and __stop_NAME stay.
      "-z", "nostart-stop-gc",
    ]
  }

  private func link() throws(ToolchainError) {
    guard let sysroot else { throw ToolchainError("linking needs the guest C library") }
    let folder = try TemporaryFolder()
    if invocation.isShared { return try archive(sysroot, folder) }
    var arguments = ["-m", "elf_x86_64", "--build-id=none"] + Self.linkerOptions(sysroot)
    if invocation.usesStartFiles { arguments.append(sysroot.path + "/lib/crt1.o") }
    for item in invocation.linkItems {
      switch item {
      case .option(let option): arguments.append(sharedArchive(option) ?? option)
      case .input(let index):
        let input = invocation.inputs[index]
        if input.kind == .linkable {
          arguments.append(input.path)
          continue
        }
        arguments.append(try object(index, sysroot, folder))
      }
    }
    arguments.append("-L" + sysroot.path + "/lib")
    if invocation.usesStandardLibraries {
      if invocation.isCxx { arguments.append("-lzcxx") }
      arguments += ["--start-group", "-lzmr", "-lc", "-lzrt", "-lzgcc", "--end-group"]
    }
    let output = invocation.output ?? "a.out"
    if ProcessInfo.processInfo.environment["ZVM_EXECUTABLE"] == "1" {
      let nexe = folder.path + "/linked.nexe"
      try check(tools.lld, arguments + ["-o", nexe])
      try ExecutableNexe.write(nexe, to: output)
    } else {
      try check(tools.lld, arguments + ["-o", output])
    }
  }

  /// For `-lNAME`, the libNAME.so of a makefile's own, which `archive` made: as elsewhere it goes before a libNAME.a
  /// in the same folder, which can have fewer objects.
  private func sharedArchive(_ option: String) -> String? {
    guard option.hasPrefix("-l"), !option.hasPrefix("-l:") else { return nil }
    for case .option(let text) in invocation.linkItems where text.hasPrefix("-L") {
      let library = "\(text.dropFirst(2))/lib\(option.dropFirst(2))"
      if let file = FileHandle(forReadingAtPath: library + ".so"),
        file.readData(ofLength: 8) == Data("!<arch>\n".utf8)
      {
        return library + ".so"
      }
      if FileManager.default.fileExists(atPath: library + ".a") { return nil }
    }
    return nil
  }

  /// The object of one of the sources of a link.
  private func object(_ index: Int, _ sysroot: Sysroot, _ folder: TemporaryFolder)
    throws(ToolchainError) -> String
  {
    let object = "\(folder.path)/\(index).o"
    var unit = invocation
    unit.stage = .object
    try Driver(unit, tools, sysroot).compile(invocation.inputs[index], to: object)
    return object
  }

  /// What is asked for as a shared library: the objects, for programs to take what they need of. Libraries
  /// that it names are left to those programs.
  private func archive(_ sysroot: Sysroot, _ folder: TemporaryFolder) throws(ToolchainError) {
    var members: [String] = []
    for (index, input) in invocation.inputs.enumerated() {
      if input.kind != .linkable {
        members.append(try object(index, sysroot, folder))
      } else if input.path.hasSuffix(".o") || input.path.hasSuffix(".lo") {
        members.append(input.path)
      }
    }
    let made = folder.path + "/library.a"
    let status = try BinaryTool.run("ar", ["rcsD", made] + members)
    guard status == 0 else {
      throw ToolchainError("ar failed with status \(status)", status: status)
    }
    guard let bytes = FileManager.default.contents(atPath: made) else {
      throw ToolchainError("\(made): cannot be read")
    }
    try ToolOutput.write(bytes, to: invocation.output ?? "a.out")
  }

  private init(_ invocation: Invocation, _ tools: Tools, _ sysroot: Sysroot?) {
    self.invocation = invocation
    self.tools = tools
    self.sysroot = sysroot
  }
}
