import Glibc
import SystemPackage

/// The three standard streams of the command.
public enum StandardStreams {
  /// Before anything is opened: a stream that is closed becomes `/dev/null`, so that no file of ours gets
  /// its number, and with it what is said to the user. At the end: what could not be written to standard
  /// output is an error, as it is with other commands.
  public static func prepare() {
    for number: Int32 in 0...2 where fcntl(number, F_GETFD) < 0 && errno == EBADF {
      // The lowest free number is this one.
      _ = unsafe open("/dev/null", O_RDWR)
    }
    atexit {
      guard fflush(nil) != 0 else { return }
      say("zvm: standard output: \(Errno(rawValue: errno))\n")
      _exit(1)
    }
  }
}

/// Says something on standard error. Nobody may be listening: that is no reason to stop.
package func say(_ text: String) {
  _ = try? FileDescriptor.standardError.writeAll(Array(text.utf8))
}

/// Text of a program that is not trusted, for a terminal: without characters that steer it.
package func harmless(_ text: String) -> String {
  String(
    String.UnicodeScalarView(
      text.unicodeScalars.map { scalar in
        let steers =
          scalar.properties.generalCategory == .control && !"\n\t".unicodeScalars.contains(scalar)
        return steers ? "?" : scalar
      }))
}
