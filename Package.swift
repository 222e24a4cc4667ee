// swift-tools-version: 6.2
// The map of the project: one target per idea, dependencies point down only.
import PackageDescription

let common: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableExperimentalFeature("Lifetimes"),
]
let strict = common + [.strictMemorySafety(), .treatAllWarnings(as: .error)]

let optimized: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]

/// Each library that is loaded is half a dozen mappings, which every fork copies. Of -lstdc++, which the
/// compiler adds, the archive is linked.
let withoutSharedRuntime: LinkerSetting = .unsafeFlags([
  "-Xlinker", "--as-needed", "-Xclang-linker", "-static-libgcc", "-Xlinker",
  "--remap-inputs=*/libstdc++.so=" + Context.packageDirectory + "/scripts/libstdc++.ld",
])

/// What a launcher runs for a session lies together in its text (scripts/order-launcher), so that few pages
/// of it are mapped and copied.
let orderedText: LinkerSetting = .unsafeFlags([
  "-Xlinker", "--symbol-ordering-file=" + Context.packageDirectory + "/scripts/launcher-order.txt",
  "-Xlinker", "--no-warn-symbol-ordering", "-Xlinker", "--gc-sections",
])
let inSections: [SwiftSetting] = [.unsafeFlags(["-Xfrontend", "-function-sections"])]

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")

let package = Package(
  name: "zvm",
  products: [
    .executable(name: "zvm", targets: ["zvm"]),
    .executable(name: "zvm-commands", targets: ["zvm-commands"]),
    .executable(name: "zvmd", targets: ["zvmd"]),
    .library(name: "Sandbox", targets: ["Sandbox"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // System libraries and the only modules that import them. They are linked from their archives
    // (`:lib….a`); ISA-L comes as a shared library only.
    .systemLibrary(name: "CSeccomp", providers: [.apt(["libseccomp-dev"])]),
    .systemLibrary(name: "CISAL", providers: [.apt(["libisal-dev"])]),
    .systemLibrary(name: "CZstd", providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CLZMA", providers: [.apt(["liblzma-dev"])]),
    .systemLibrary(name: "CBZip2", providers: [.apt(["libbz2-dev"])]),
    .systemLibrary(name: "CLZ4", providers: [.apt(["liblz4-dev"])]),
    .systemLibrary(name: "CNettle", providers: [.apt(["nettle-dev"])]),
    .target(
      name: "Seccomp", dependencies: ["CSandbox", "CSeccomp", "Wire"], swiftSettings: strict,
      linkerSettings: [.linkedLibrary(":libseccomp.a")]),
    .target(
      name: "Compression", dependencies: ["CISAL", "CZstd", "CLZMA", "CBZip2", "CLZ4", "Wire"],
      swiftSettings: strict + inSections,
      linkerSettings: [
        .linkedLibrary(":libisal.so"), .linkedLibrary(":libzstd.a"), .linkedLibrary(":liblzma.a"),
        .linkedLibrary(":libbz2.a"), .linkedLibrary(":liblz4.a"),
      ]),
    .target(
      name: "Digest", dependencies: ["CNettle"], swiftSettings: strict + inSections,
      linkerSettings: [.linkedLibrary(":libnettle.a")]),

    // Wall one: what code is allowed to be.
    .target(name: "ELF", swiftSettings: strict),
    // Optimized in debug builds too: the tests push millions of bundles through them.
    .target(name: "X86", swiftSettings: strict + optimized),
    .target(
      name: "CVector", cSettings: [.unsafeFlags(["-O2"], .when(configuration: .debug))]),
    .target(
      name: "Validator", dependencies: ["CVector", "X86", "ELF"],
      swiftSettings: strict + optimized),

    // On all cores; not for launchers, which have one thread.
    .target(name: "ValidatorThreads", dependencies: ["Validator"], swiftSettings: strict),

    // From C to a nexe.
    .target(name: "Rewriter", swiftSettings: strict),
    .target(
      name: "Toolchain", dependencies: ["Rewriter", "Digest", system], swiftSettings: strict),

    // Wall two: what runs inside a sandbox process. No Foundation from here down.
    .target(name: "CSandbox"),
    .target(name: "CHeap", cSettings: [.unsafeFlags(["-O2", "-fno-builtin"])]),
    .target(name: "Wire", swiftSettings: strict + inSections),
    .target(
      name: "Runtime",
      dependencies: [
        "CHeap", "CInflate", "CSandbox", "Wire", "Compression", "Digest", "Validator",
      ],
      // One thread, and one place that says which session runs: looking after it costs a page.
      swiftSettings: strict + inSections + [.unsafeFlags(["-enforce-exclusivity=unchecked"])]),
    // ISA-L for a program that is linked statically.
    .target(
      name: "CInflate",
      cSettings: [.unsafeFlags(["-O2", "-I/usr/lib/x86_64-linux-gnu", "-I/usr/lib64"])]),
    .executableTarget(
      name: "zvm-launcher", dependencies: ["CSandbox", "Runtime"], swiftSettings: strict,
      linkerSettings: [
        // At a fixed place, so that nothing has to be relocated: what was written to is copied by
        // every fork. Without libraries, of whose mappings and page tables a fork copies dozens; ISA-L,
        // which comes as a shared library only, is inside (CInflate).
        .unsafeFlags([
          "-static-executable", "-use-ld=lld", "-Xlinker",
          "--remap-inputs=*/libisal.so=" + Context.packageDirectory + "/scripts/nothing.ld",
          "-Xlinker", Context.packageDirectory + "/scripts/launcher.ld",
        ]),
        withoutSharedRuntime, orderedText,
      ]),

    // The trusted side.
    .target(name: "Manifest", swiftSettings: strict),
    .target(
      name: "Sandbox",
      dependencies: [
        "ELF", "Validator", "ValidatorThreads", "Wire", "CSandbox", "Seccomp", "Digest", system,
      ],
      swiftSettings: strict),
    // Compressing outputs; not in a sandbox process, unlike Compression.
    .target(name: "Encoding", dependencies: ["CZstd", "CZlib"], swiftSettings: strict),
    .target(
      name: "Datasets", dependencies: ["Compression", "Wire", system], swiftSettings: strict),
    .target(
      name: "MapReduce",
      dependencies: [
        "Sandbox", "Datasets", "Encoding", "Toolchain", "Compression", "Digest", "Wire", "Yams",
        system,
      ],
      swiftSettings: strict),
    .target(name: "Report", swiftSettings: strict),
    .target(
      name: "Commands",
      dependencies: [
        "MapReduce", "Report", "Toolchain", "Sandbox", "Manifest", "Validator",
        "ValidatorThreads", "X86", "ELF",
        "Datasets", "PlainRun", "Wire",
        argumentParser, system,
      ], swiftSettings: strict),
    // `zvm`, which is small, runs programs with all options as they are; for the rest it becomes
    // `zvm-commands`.
    .target(name: "PlainRun", dependencies: ["CFirst", "Sandbox", system], swiftSettings: strict),
    // Where `zvm` begins: without a C library.
    .target(
      name: "CFirst", cSettings: [.unsafeFlags(["-O2", "-ffreestanding", "-fno-stack-protector"])]),
    .executableTarget(
      name: "zvm", dependencies: ["PlainRun"], swiftSettings: strict,
      linkerSettings: [
        .unsafeFlags([
          "-static-executable", "-use-ld=lld", "-Xlinker", "--gc-sections", "-Xlinker",
          "--entry=cfirst_begin",
        ])
      ]),
    .executableTarget(
      name: "zvm-commands", dependencies: ["Commands", "PlainRun", argumentParser],
      swiftSettings: strict,
      // Statically and at a fixed place: to load and relocate Foundation's libraries (for Yams) takes
      // longer than all that most commands do. The libraries are what Foundation's archives need.
      linkerSettings: [
        .unsafeFlags([
          "-static-stdlib", "-use-ld=lld", "-Xclang-linker", "-no-pie", "-Xlinker", "--gc-sections",
        ]),
        withoutSharedRuntime,
      ]
        + [
          "Foundation", "FoundationInternationalization", "FoundationEssentials", "_FoundationICU",
          "_FoundationCollections", "_FoundationCShims", "CoreFoundation", "swiftSynchronization",
          "swift_StringProcessing", "swift_RegexParser", "swift_Concurrency", "swiftDispatch",
          "dispatch", "swift_Builtin_float",
        ].map { .linkedLibrary($0) }),

    // The daemon that OpenStack Swift's storage nodes run programs with.
    .target(
      name: "Service",
      dependencies: [
        "Sandbox", "Datasets", "Compression", "CSandbox", "Digest", "Wire", system,
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "zvmd", dependencies: ["Service", argumentParser], swiftSettings: strict,
      linkerSettings: [.unsafeFlags(["-use-ld=lld"])]),

    .executableTarget(
      name: "embedding-example", dependencies: ["Sandbox", system], path: "Examples/Embedding",
      swiftSettings: common, linkerSettings: [.unsafeFlags(["-use-ld=lld"])]),

    .testTarget(
      name: "RewriterTests", dependencies: ["Rewriter"], exclude: ["Cases"], swiftSettings: common),
    .executableTarget(
      name: "validator-benchmark", dependencies: ["Validator", "ValidatorThreads", "ELF"],
      path: "benchmarks/validator",
      exclude: ["run", "results.json", "results.md", "results.svg"], swiftSettings: common),
    .executableTarget(
      name: "startup-benchmark", dependencies: ["Sandbox", system],
      path: "benchmarks/startup",
      exclude: [
        "first.s", "nexe.ld", "floor.c", "interpreter.c", "run", "results.json", "results.md",
        "results.svg",
      ],
      sources: ["main.swift"], swiftSettings: common),
    // The validator's second opinion; optimized also in debug builds, it checks millions of bundles.
    .target(
      name: "SlowChecker", path: "Tests/SlowChecker", swiftSettings: common + optimized),
    .target(
      name: "LoopComparison", dependencies: ["Validator", "SlowChecker"],
      path: "Tests/LoopComparison", swiftSettings: common + optimized),
    .executableTarget(
      name: "validator-proof",
      dependencies: ["Validator", "ValidatorThreads", "SlowChecker", "LoopComparison", "ELF"],
      path: "Tests/ValidatorProof", exclude: ["check-decoders", "mutations", "vector-mutations"],
      swiftSettings: common),
    // What the fuzzer (Tests/Fuzz/run) and the replay of its corpus do with an input.
    .target(
      name: "FuzzCase", dependencies: ["ELF", "Validator", "ValidatorThreads", "SlowChecker"],
      path: "Tests/Fuzz",
      exclude: ["run", "corpus", "entry.swift"], swiftSettings: common + optimized),
    // Runs what the validator accepts, between canaries.
    .target(
      name: "COracle", dependencies: ["CSandbox"], path: "Tests/COracle",
      cSettings: [.unsafeFlags(["-O2"])]),
    .executableTarget(
      name: "execution-oracle", dependencies: ["COracle", "SlowChecker", "Validator"],
      path: "Tests/ExecutionOracle", swiftSettings: common),
    .testTarget(
      name: "ValidatorTests",
      dependencies: [
        "Validator", "ValidatorThreads", "X86", "SlowChecker", "LoopComparison", "FuzzCase",
      ],
      swiftSettings: common),
    .testTarget(
      name: "DatasetsTests", dependencies: ["Datasets", "Compression", "Wire"],
      swiftSettings: common),
    .testTarget(name: "ReportTests", dependencies: ["Report"], swiftSettings: common),
    .testTarget(
      name: "MapReduceTests", dependencies: ["MapReduce", "Datasets", "Sandbox", system],
      swiftSettings: common),
    .testTarget(
      name: "ELFTests", dependencies: ["ELF", "Validator"], swiftSettings: common),
    .testTarget(
      name: "SandboxTests", dependencies: ["CSandbox", "Sandbox", "Wire", system],
      swiftSettings: common),
    .executableTarget(
      name: "template-holder", dependencies: ["Sandbox", system], path: "Tests/TemplateHolder",
      swiftSettings: common, linkerSettings: [.unsafeFlags(["-use-ld=lld"])]),
    .executableTarget(
      name: "orphan-check", dependencies: ["Sandbox", "CSandbox", system],
      path: "Tests/OrphanCheck", swiftSettings: common,
      linkerSettings: [.unsafeFlags(["-use-ld=lld"])]),
    .executableTarget(name: "false-launcher", path: "Tests/FalseLauncher"),
    .executableTarget(
      name: "heap-check", dependencies: ["CHeap"], path: "Tests/HeapCheck",
      cSettings: [.unsafeFlags(["-O2", "-fno-builtin"])]),
    .testTarget(
      name: "AttackTests", dependencies: ["Sandbox", system], exclude: ["Attacks"],
      swiftSettings: common),
    // Runs the built commands: `swift build` first (a dependency would link the launcher statically).
    .testTarget(name: "EndToEndTests", exclude: ["Programs"], swiftSettings: common),
    .testTarget(name: "ServiceTests", dependencies: ["Service"], swiftSettings: common),
    .testTarget(name: "ManifestTests", dependencies: ["Manifest"], swiftSettings: common),
    .testTarget(
      name: "CompressionTests", dependencies: ["Compression", "Wire"], swiftSettings: common),
  ]
)
