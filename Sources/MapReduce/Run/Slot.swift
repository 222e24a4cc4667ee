/// Where one shard at a time leaves its output and its messages.
struct Slot: Sendable {
  let output: SpoolFile
  let errors: SpoolFile

  init(in folder: String) throws(JobError) {
    output = try SpoolFile(in: folder)
    errors = try SpoolFile(in: folder)
  }

  func close() {
    output.close()
    errors.close()
  }
}
