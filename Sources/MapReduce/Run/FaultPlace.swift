import Foundation
public import Sandbox
import Toolchain

extension SandboxReport.Outcome {
  /// For a fault: the signal's name, and function and source line where the program's own tables
  /// tell. They are the program's word, not ours.
  public func place(in program: String) -> String? {
    guard case .faulted(let signal, let instruction, _, _) = self else { return nil }
    return Self.place(of: signal, at: instruction, in: program)
  }

  /// The same of a fault that somebody else has seen.
  public static func place(of signal: Int32, at instruction: UInt32, in program: String) -> String?
  {
    let names: [Int32: String] = [
      4: "SIGILL", 5: "SIGTRAP", 7: "SIGBUS", 8: "SIGFPE", 11: "SIGSEGV",
    ]
    let bytes = ExecutableNexe.nexe(in: program) ?? FileManager.default.contents(atPath: program)
    guard let bytes, let place = SourcePlaces(nexe: Data(bytes))?.describe(instruction) else {
      return nil
    }
    let printable = String(
      String.UnicodeScalarView(
        place.unicodeScalars.prefix(512).map {
          $0.value < 0x20 || 0x7f...0x9f ~= $0.value ? "?" : $0
        }))
    return
      "\(names[signal] ?? "signal \(signal)") at 0x\(String(instruction, radix: 16)) in \(printable)"
  }
}
