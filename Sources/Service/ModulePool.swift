import Digest
import Glibc
import Sandbox
import Synchronization
import SystemPackage

/// Launchers of the programs that were asked for last, by the hash of their bytes.
///
/// A launcher serves one module, whoever asks; its sandboxes are forked anew for each request and share
/// nothing (no re-arming across requests: they may be of different tenants).
final class ModulePool: Sendable {
  private struct Entry {
    var launcher: Launcher
    var lastUse: UInt64
  }

  private struct State {
    var entries: [[UInt8]: Entry] = [:]
    var clock: UInt64 = 0
  }

  private let state = Mutex(State())
  private let capacity: Int

  init(capacity: Int) { self.capacity = capacity }

  /// The launcher for the program that `descriptor` has open; validates it when it is new here.
  func launcher(_ descriptor: Int32, name: String) throws(ServiceError) -> Launcher {
    let key = try digest(of: descriptor, name)
    if let known = use(key) { return known }
    let made: Launcher
    do throws(SandboxError) {
      made = try Launcher(
        module: ValidatedModule(path: FilePath("/proc/self/fd/\(descriptor)")))
    } catch {
      throw ServiceError(error.status == ENOEXEC ? .refused : .failed, "\(error)")
    }
    state.withLock { state in
      state.clock += 1
      state.entries[key] = Entry(launcher: made, lastUse: state.clock)
      while state.entries.count > capacity,
        let oldest = state.entries.min(by: { $0.value.lastUse < $1.value.lastUse })
      {
        // Whoever still runs on it keeps it alive.
        state.entries[oldest.key] = nil
      }
    }
    return made
  }

  /// Forgets a launcher that has ended.
  func forget(_ launcher: Launcher) {
    state.withLock { state in
      if let key = state.entries.first(where: { $0.value.launcher === launcher })?.key {
        state.entries[key] = nil
      }
    }
  }

  private func use(_ key: [UInt8]) -> Launcher? {
    state.withLock { state in
      guard var entry = state.entries[key] else { return nil }
      state.clock += 1
      entry.lastUse = state.clock
      state.entries[key] = entry
      return entry.launcher
    }
  }

  private func digest(of descriptor: Int32, _ name: String) throws(ServiceError) -> [UInt8] {
    var hash = SHA256()
    var buffer = [UInt8](repeating: 0, count: 256 << 10)
    var offset: Int64 = 0
    while true {
      let count: Int
      do {
        count = try unsafe buffer.withUnsafeMutableBytes {
          unsafe try FileDescriptor(rawValue: descriptor).read(
            fromAbsoluteOffset: offset, into: $0)
        }
      } catch {
        throw ServiceError(.failed, "\(name): read: \(error)")
      }
      if count == 0 { return hash.finalize() }
      hash.update(buffer.span.extracting(first: count))
      offset += Int64(count)
    }
  }
}
