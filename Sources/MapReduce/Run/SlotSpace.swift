import Digest
import Glibc
import Sandbox
import SystemPackage

/// Where one slot leaves what its tasks write. Used by one thread.
final class SlotSpace {
  let slot: Int
  private let data: DataFiles
  /// The slot's data file, and where its next output goes.
  let number: Int32
  let file: FileDescriptor
  private(set) var end: Int64 = 0
  /// What a program writes before it is sorted, what a combiner reads, and messages.
  let raw: SpoolFile
  let sorted: SpoolFile
  let errors: SpoolFile
  let rejects: SpoolFile
  /// Outputs of a program with several output channels.
  var exchange: [SpoolFile] = []
  let sorter = LineSorter()

  init(_ slot: Int, _ data: DataFiles) throws(JobError) {
    self.slot = slot
    self.data = data
    (number, file) = try data.make()
    raw = try SpoolFile(in: data.folder)
    sorted = try SpoolFile(in: data.folder)
    errors = try SpoolFile(in: data.folder)
    rejects = try SpoolFile(in: data.folder)
  }

  deinit {
    for spool in [raw, sorted, errors, rejects] + exchange { spool.close() }
  }

  /// Keeps an output that was written at `end`.
  func advance(behind output: TaskOutput) {
    guard let last = output.rejectRun ?? output.runs.last else { return }
    end = last.offset + last.length
    data.touch(number)
  }

  /// What a program wrote straight to the data file: one run, whose digest is still to be had.
  func written(_ count: Int64) throws(JobError) -> TaskOutput {
    var hash = SHA256()
    let whole = try forEachPiece(of: file, from: end, length: count) {
      bytes throws(JobError) in hash.update(bytes)
    }
    guard whole else { throw JobError("the output is shorter than the sandbox says") }
    let run = Run(file: number, partition: 0, offset: end, length: count)
    return TaskOutput(
      runs: count > 0 ? [run] : [], etag: Etag(hash.finalize()), inputByteCount: 0,
      outputByteCount: count)
  }

  /// A writer of the next output.
  func writer() -> RunWriter { RunWriter(file, number: number, at: end) }

  /// Gives back the disk space of large outputs in between.
  func tidy() {
    for spool in [raw, sorted] + exchange {
      if let size = try? spool.descriptor.seek(offset: 0, from: .end), size > 64 << 20 {
        spool.empty()
      }
    }
  }
}

/// Why a task did not end well.
struct TaskFailure: Error {
  var text: String
  /// Whether another try may end otherwise.
  var isTransient = false
  var report: SandboxReport?
  var errorByteCount = 0

  init(_ text: String, isTransient: Bool = false, report: SandboxReport? = nil) {
    self.text = text
    self.isTransient = isTransient
    self.report = report
  }
}

/// A task that ended well.
struct Attempt {
  var output: TaskOutput
  var report: SandboxReport?
  /// `run`, `cache` or `resume`.
  var reason = "run"
  var errorByteCount = 0
}
