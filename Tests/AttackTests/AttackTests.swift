import Foundation
import Sandbox
import SystemPackage
import Testing

/// Runs an attack twice in one launcher, which must survive the first time, and once in one that is for a
/// single session.
private func run(_ attack: Attack, _ module: ValidatedModule, expected: String) throws {
  // Only those that use it may jail: the others meet the stricter filter.
  let options = Launcher.Options(jail: attack.name.hasPrefix("trap-jail"))
  let launcher = try Launcher(module: module, options: options)
  defer { launcher.shutDown() }
  try run(attack, launcher, times: 2, expected: expected)
  let single = try Launcher(
    module: module, options: options, spare: try SpareLauncher(isForOne: true))
  defer { single.shutDown() }
  try run(attack, single, times: 1, expected: expected)
}

private func run(_ attack: Attack, _ launcher: Launcher, times: Int, expected: String) throws {
  let folder = try Folder()
  let timeout: Duration = expected == "timedOut" ? .milliseconds(250) : .seconds(30)
  for _ in 0..<times {
    let target = try Target(folder)
    defer { target.close() }
    let result = Result { () throws(SandboxError) in
      try launcher.runAndWait(target.session(timeout: timeout))
    }
    let words = result.words
    if expected == "contained" {
      // The one thing that an attack exits with when it worked.
      #expect(words != "exited 1", "\(attack.name): \(result)")
    } else {
      #expect(words == expected, "\(attack.name): \(result)")
    }
    try target.expectUntouched(attack.name)
  }
}

/// `docs/SECURITY.md` promises two walls, and that either holds alone. Each attack meets both, then
/// one without the other.
@Suite("attacks")
struct AttackTests {
  @Test("the suite is there, and every file says what it tries and what becomes of it")
  func suite() {
    #expect(Attack.all.count >= 60)
    #expect(Attack.all.filter { $0.unvalidated == "killed" }.count >= 30)
    for attack in Attack.all {
      #expect(!attack.tries.isEmpty && attack.tries.hasSuffix("."), "\(attack.name)")
      #expect(!attack.validated.isEmpty, "\(attack.name)")
    }
  }

  @Test("docs/ATTACKS.md is what scripts/attack-table writes")
  func table() throws {
    let root = Attack.folder.deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let process = Process()
    process.executableURL = root.appending(path: "scripts/attack-table")
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let table = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(try Data(contentsOf: root.appending(path: "docs/ATTACKS.md")) == table)
  }

  @Test("both walls contain it, and either wall alone", arguments: Attack.all)
  func contained(attack: Attack) throws {
    let folder = try Folder()
    defer { withExtendedLifetime(folder) {} }
    let path = try attack.build(in: folder)
    try expect(attack.validated, of: attack) { () throws(SandboxError) in
      try ValidatedModule(path: path)
    }
    #if DEBUG
      // Without wall two, wall one does all that both do.
      try expect(attack.validated, of: attack) { () throws(SandboxError) in
        try ValidatedModule(unfilteredForTests: path)
      }
      // Without wall one, what reaches a system call dies by the filter.
      guard let unvalidated = attack.unvalidated else { return }
      try expect(unvalidated, of: attack) { () throws(SandboxError) in
        try ValidatedModule(unvalidatedForTests: path)
      }
    #endif
  }

  private func expect(
    _ expected: String, of attack: Attack, _ load: () throws(SandboxError) -> ValidatedModule
  ) throws {
    // A Result, since the compiler (6.3.1) crashes on a conditional catch of a typed error here.
    let loaded: Result<ValidatedModule, SandboxError>
    do throws(SandboxError) { loaded = .success(try load()) } catch { loaded = .failure(error) }
    switch loaded {
    case .success(let module):
      #expect(expected != "refused", "\(attack.name) was not refused")
      if expected != "refused" { try run(attack, module, expected: expected) }
    case .failure(let error):
      if expected == "refused" {
        #expect(error.status == ENOEXEC, "\(attack.name): \(error)")
      } else {
        #expect(expected == "contained" && error.isRefusal, "\(attack.name): \(error)")
      }
    }
  }
}
