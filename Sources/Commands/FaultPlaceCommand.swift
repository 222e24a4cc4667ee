import MapReduce
import PlainRun
import Sandbox

/// `zvm fault-place SIGNAL INSTRUCTION PROGRAM`: what `zvm` becomes when a program that it ran has ended by a
/// fault. Says where in the program's source that was, and exits as the program did. Not for people.
public enum FaultPlaceCommand {
  /// Nil when the command line is another.
  public static func status(of words: [String]) -> Int32? {
    guard words.count == 5, words[1] == "fault-place", let signal = Int32(words[2]),
      let instruction = UInt32(words[3])
    else { return nil }
    let program = words[4]
    if let place = SandboxReport.Outcome.place(of: signal, at: instruction, in: program) {
      PlainRun.complain("\(program): \(place)")
    }
    return 128 + signal
  }
}
