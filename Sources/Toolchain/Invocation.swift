import Foundation

/// A `zvm cc` or `zvm c++` command line, sorted out. The options are gcc's.
public struct Invocation: Sendable, Equatable {
  /// How far to go.
  public enum Stage: Sendable, Equatable {
    case preprocess, assembly, object, link
  }

  public struct Input: Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
      case c, cxx, assembly, assemblyWithPreprocessor, linkable
    }
    public var path: String
    public var kind: Kind
  }

  public var stage = Stage.link
  /// Whether this is `zvm c++`: C sources count as C++, and its library is linked.
  public private(set) var isCxx: Bool
  public var output: String?
  /// Sources, objects and archives, in order.
  public var inputs: [Input] = []
  /// Options for the compiler, in order.
  public var compilerOptions: [String] = []
  /// What the linker gets, in order: paths of inputs (by index) and -l, -L, -Wl options.
  public var linkItems: [LinkItem] = []
  /// -nostdinc, -nostdlib, -nostartfiles, -nodefaultlibs.
  public var usesStandardHeaders = true
  public var usesStandardLibraries = true
  public var usesStartFiles = true
  /// -g: debug information is wanted.
  public var debug = false
  /// -shared: programs are static, so what makefiles make as a shared library is an archive.
  public private(set) var isShared = false
  /// -M or -MM: only dependencies, no code.
  public var dependenciesOnly = false
  /// -v or -###.
  public var verbose = false
  /// --version, -dumpmachine and the like: answered by themselves.
  public var query: String?

  public enum LinkItem: Sendable, Equatable {
    case input(Int)
    case option(String)
  }

  /// Options of gcc that take the next argument as their value.
  private static let separateValue: Set<String> = [
    "-I", "-D", "-U", "-include", "-imacros", "-isystem", "-iquote", "-idirafter", "-iprefix",
    "-MF", "-MT", "-MQ", "-Xpreprocessor", "--param", "-aux-info",
  ]
  /// What makes no sense for a static program in a sandbox, with the reason.
  private static let refused: [String: String] = [
    "-m64": "guests are ILP32 (x32): pointers and long have 32 bits",
    "-m32": "guests are x86-64 code with 32-bit pointers; 32-bit code cannot run",
    "-fsplit-stack": "the stack is one piece",
    "-maddress-mode=long": "pointers would keep the sandbox's place in their upper half",
    "-mcmodel=large": "all addresses are below 4 GiB",
  ]
  /// Meant for other targets or other linkers, and without meaning here: taken and dropped, so
  /// that ordinary makefiles work.
  private static let dropped: Set<String> = [
    "-fPIC", "-fpic", "-fPIE", "-fpie", "-no-pie", "-fno-PIC", "-fno-pic", "-fno-PIE", "-fno-pie",
    "-static", "-pie", "-static-pie", "-pthread", "-pipe", "-rdynamic", "-mx32", "-s",
    "-fstack-protector",
    "-fstack-protector-strong", "-fstack-protector-all", "-fstack-clash-protection",
    "-fcf-protection", "-fasynchronous-unwind-tables", "-funwind-tables",
    "-fomit-frame-pointer", "-flto", "-fno-lto", "-fuse-ld=lld", "-fuse-ld=bfd", "-fno-plt",
    "-mred-zone", "-march=native",
  ]

  /// Sorts out arguments. Throws for what cannot be done, naming the option.
  public init(_ arguments: [String], cxx: Bool = false) throws(ToolchainError) {
    isCxx = cxx
    var rest = try Self.expandResponseFiles(arguments)[...]
    var language: String?
    func value(of option: String, _ rest: inout ArraySlice<String>) throws(ToolchainError)
      -> String
    {
      guard let next = rest.popFirst() else {
        throw ToolchainError("\(option): its argument is missing")
      }
      return next
    }
    while let argument = rest.popFirst() {
      switch argument {
      case "-c": stage = .object
      case "-S": stage = .assembly
      case "-E": stage = .preprocess
      case "-o": output = try value(of: argument, &rest)
      case "-x":
        let name = try value(of: argument, &rest)
        language = name == "none" ? nil : name
      case "-M", "-MM":
        dependenciesOnly = true
        stage = .preprocess
        compilerOptions.append(argument)
      case "-v", "-###": verbose = true
      case "-shared": isShared = true
      case "--version", "-dumpversion", "-dumpmachine", "-dumpfullversion", "-print-search-dirs",
        "--help", "-print-multi-os-directory", "-print-sysroot":
        query = argument
      case "-nostdinc":
        usesStandardHeaders = false
      case "-nostdlib":
        usesStandardLibraries = false
        usesStartFiles = false
      case "-nodefaultlibs": usesStandardLibraries = false
      case "-nostdinc++": compilerOptions.append(argument)
      case "-nostartfiles": usesStartFiles = false
      case "-L", "-l", "-T", "-u", "-z", "-Xlinker":
        let next = try value(of: argument, &rest)
        linkItems.append(.option(argument == "-Xlinker" ? next : argument + next))
      case "-":
        addInput(argument, language)
      case _ where Self.dropped.contains(argument): break
      case _ where Self.refused[argument] != nil:
        throw ToolchainError("\(argument): \(Self.refused[argument] ?? "")")
      case _ where Self.separateValue.contains(argument):
        compilerOptions.append(argument)
        compilerOptions.append(try value(of: argument, &rest))
      case _ where argument.hasPrefix("-Wl,"):
        for option in argument.dropFirst(4).split(separator: ",") {
          linkItems.append(.option(String(option)))
        }
      case _ where argument.hasPrefix("-Wa,"): break  // options for an assembler we do not use
      case _ where argument.hasPrefix("-l") || argument.hasPrefix("-L"):
        linkItems.append(.option(argument))
      case _ where argument.hasPrefix("-O"):
        compilerOptions.append(argument)
      case _ where argument.hasPrefix("-g"):
        debug = argument != "-g0"
        compilerOptions.append(argument)
      case _ where argument.hasPrefix("-flto") || argument.hasPrefix("-fuse-ld="): break
      case _ where argument.hasPrefix("-"):
        compilerOptions.append(argument)
      default:
        addInput(argument, language)
      }
    }
  }

  private mutating func addInput(_ path: String, _ language: String?) {
    let kind: Input.Kind
    switch language {
    case "c", "cpp-output": kind = .c
    case "c++", "c++-cpp-output": kind = .cxx
    case "assembler": kind = .assembly
    case "assembler-with-cpp": kind = .assemblyWithPreprocessor
    default:
      let suffix =
        path.split(separator: "/").last?.split(separator: ".").last.map(String.init) ?? ""
      if ["cc", "cpp", "cxx", "C", "c++", "CPP", "ii"].contains(suffix), path.contains(".") {
        kind = .cxx
      } else if path.hasSuffix(".c") || path.hasSuffix(".i") || path == "-" {
        kind = isCxx ? .cxx : .c
      } else if path.hasSuffix(".s") {
        kind = .assembly
      } else if path.hasSuffix(".S") || path.hasSuffix(".sx") {
        kind = .assemblyWithPreprocessor
      } else {
        kind = .linkable
      }
    }
    linkItems.append(.input(inputs.count))
    inputs.append(Input(path: path, kind: kind))
  }

  /// `@file` stands for the words in that file.
  private static func expandResponseFiles(_ arguments: [String]) throws(ToolchainError)
    -> [String]
  {
    var result: [String] = []
    for argument in arguments {
      guard argument.hasPrefix("@") else {
        result.append(argument)
        continue
      }
      let path = String(argument.dropFirst())
      guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
        throw ToolchainError("\(path): cannot be read")
      }
      result += words(text)
    }
    return result
  }

  /// Words at blanks; quotes and backslashes keep them together.
  private static func words(_ text: String) -> [String] {
    var result: [String] = []
    var word: String?
    var quote: Character?
    var escaped = false
    for character in text {
      if escaped {
        word = (word ?? "") + String(character)
        escaped = false
      } else if character == "\\" {
        escaped = true
      } else if let open = quote {
        if character == open { quote = nil } else { word = (word ?? "") + String(character) }
      } else if character == "\"" || character == "'" {
        quote = character
        word = word ?? ""
      } else if character.isWhitespace {
        if let done = word { result.append(done) }
        word = nil
      } else {
        word = (word ?? "") + String(character)
      }
    }
    if let done = word { result.append(done) }
    return result
  }
}
