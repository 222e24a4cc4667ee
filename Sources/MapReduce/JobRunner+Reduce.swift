import Dispatch
import Sandbox
import Synchronization
import SystemPackage

extension JobRunner {
  /// One sandbox reads all map outputs in shard order. Answers the bytes written.
  func reduce(
    _ program: JobFile.Program, _ module: ValidatedModule, _ slots: [Slot],
    _ extents: [Channel.Extent], _ result: OutputFile
  ) throws(JobError) -> Int64 {
    let launcher = try launcher(module)
    defer { launcher.shutDown() }
    let label = "\(job.name): reduce"
    let errors = slots.first?.errors ?? result.spool
    let session = session(
      program, input: .extents(slots.map(\.output.descriptor), extents.filter { $0.length > 0 }),
      output: .file(result.spool.descriptor, offset: 0, length: nil), errors: errors)
    let done = DispatchSemaphore(value: 0)
    let report = Mutex<SandboxReport?>(nil)
    let handle = launcher.start(session) { [self] result in
      let concluded = self.conclude(result, label, errors)
      report.withLock { $0 = concluded }
      done.signal()
    }
    let cancelNow = state.withLock { state in
      state.running[-1] = handle
      return state.failure != nil
    }
    if cancelNow { handle.cancel() }
    done.wait()
    guard let report = report.withLock({ $0 }) else {
      throw state.withLock { $0.failure } ?? JobError("\(label): failed")
    }
    return report.accounting[1].putBytes
  }

  /// Without a reduce program the output is the map outputs in shard order.
  func concatenate(_ slots: [Slot], _ extents: [Channel.Extent], _ result: OutputFile)
    throws(JobError) -> Int64
  {
    var total: Int64 = 0
    for extent in extents {
      var offset = extent.offset
      let end = extent.offset + extent.length
      while offset < end {
        let bytes = slots[extent.descriptor].output.bytes(
          from: offset, limit: Int(min(end - offset, 1 << 20)))
        do {
          guard !bytes.isEmpty else { throw Errno.ioError }
          try result.spool.descriptor.writeAll(bytes)
        } catch {
          throw JobError("\(output): cannot be written: \(error)")
        }
        offset += Int64(bytes.count)
        total += Int64(bytes.count)
      }
    }
    return total
  }
}
