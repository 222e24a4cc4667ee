/// How a session ended and what it used.
public struct SandboxReport: Sendable {
  /// Why a session ended. Only `exited` is the program's own doing.
  public enum Outcome: Sendable, Equatable {
    /// The program called exit (or returned from main) with this code.
    case exited(code: Int32)
    /// A processor fault in guest code: signal number, guest address of the instruction, the
    /// guest address touched (if the signal has one), and a register dump for people.
    case faulted(signal: Int32, instruction: UInt32, address: UInt64?, registers: String)
    /// The wall-clock limit was over.
    case timedOut
    /// Another limit of the session was reached.
    case limitReached(Limit)
    /// A trap that the contract does not know: its function code.
    case badTrap(function: UInt64)
    /// Killed by a signal that is not the guest's fault handler's: SIGSYS means that the seccomp
    /// filter stopped a system call.
    case killed(signal: Int32)
    /// A channel could not go on (disk full, truncated or corrupt compressed input): which
    /// channel and what went wrong.
    case channelFailed(alias: String, message: String)
    /// Cancelled by the caller.
    case cancelled
  }

  /// A limit of a session beside its wall-clock time and its channels' own.
  public enum Limit: String, Sendable, Equatable {
    case cpuTime = "CPU time"
    case traps = "number of traps"
    case outputBytes = "bytes written"
  }

  /// Calls and bytes per direction, as in the classic report's accounting line.
  public struct Accounting: Sendable, Equatable {
    public var gets: Int64 = 0
    public var getBytes: Int64 = 0
    public var puts: Int64 = 0
    public var putBytes: Int64 = 0

    public init() {}
  }

  public var outcome: Outcome
  public var systemTime: Duration
  public var userTime: Duration
  /// By channel number.
  public var accounting: [Accounting]
  /// By channel number: SHA-256 in lower-case hex where the channel asked for one.
  public var digests: [String?]

  /// SHA-256 of the guest's memory at its exit, where the session asked for one.
  public var memoryDigest: String?
  /// How often the program called the trap.
  public var trapCount: UInt64 = 0
  /// The most memory that was resident in the sandbox process, guest and decoders and all, in bytes.
  /// nil: not measured (`Launcher.Options.measuresMemory`).
  public var peakMemoryByteCount: Int64?

  public init(
    outcome: Outcome, systemTime: Duration, userTime: Duration, accounting: [Accounting],
    digests: [String?]
  ) {
    self.outcome = outcome
    self.systemTime = systemTime
    self.userTime = userTime
    self.accounting = accounting
    self.digests = digests
  }
}
