import Glibc
import Synchronization
import SystemPackage

/// The files below a job's `data` folder that hold what its tasks wrote. They are numbered; a file
/// grows at its end only, and what a finished task wrote is never changed.
final class DataFiles: Sendable {
  private struct State {
    var next: Int32
    var open: [Int32: FileDescriptor] = [:]
    var unsynced: Set<Int32> = []
  }

  let folder: String
  private let state: Mutex<State>

  /// Uses the files that are there; new ones get higher numbers.
  init(folder: String) throws(JobError) {
    self.folder = folder
    try makeFolder(folder)
    let numbers = folderNames(folder).compactMap { Int32($0) }
    state = Mutex(State(next: (numbers.max() ?? -1) + 1))
  }

  deinit { for file in state.withLock({ $0.open }).values { try? file.close() } }

  /// A new empty file.
  func make() throws(JobError) -> (number: Int32, file: FileDescriptor) {
    let number = state.withLock { state in
      defer { state.next += 1 }
      return state.next
    }
    let file = try open(number, options: [.create, .exclusiveCreate])
    state.withLock { $0.open[number] = file }
    return (number, file)
  }

  func file(_ number: Int32) throws(JobError) -> FileDescriptor {
    if let file = state.withLock({ $0.open[number] }) { return file }
    let file = try open(number, options: [])
    let kept = state.withLock { state in
      if let other = state.open[number] { return other }
      state.open[number] = file
      return file
    }
    if kept != file { try? file.close() }
    return kept
  }

  private func open(_ number: Int32, options: FileDescriptor.OpenOptions) throws(JobError)
    -> FileDescriptor
  {
    let path = "\(folder)/\(number)"
    do {
      return try FileDescriptor.open(
        FilePath(path), .readWrite, options: options.union(.closeOnExec),
        permissions: .ownerReadWrite)
    } catch {
      throw JobError("\(path): \(error)")
    }
  }

  /// Notes that a file has new bytes, for the next `sync`.
  func touch(_ number: Int32) { state.withLock { _ = $0.unsynced.insert(number) } }

  /// Brings new bytes to the disk.
  func sync() throws(JobError) {
    let files = state.withLock { state in
      defer { state.unsynced = [] }
      return state.unsynced.compactMap { state.open[$0] }
    }
    for file in files where fdatasync(file.rawValue) != 0 {
      throw JobError("\(folder): sync: \(systemMessage(errno))")
    }
  }

  /// Closes a file and removes its name.
  func remove(_ number: Int32) {
    let file = state.withLock { state in
      state.unsynced.remove(number)
      return state.open.removeValue(forKey: number)
    }
    try? file?.close()
    unsafe unlink("\(folder)/\(number)")
  }
}

/// `mkdir -p`.
func makeFolder(_ folder: String) throws(JobError) {
  var path = FilePath(folder).root?.string ?? ""
  for component in FilePath(folder).components {
    path += component.string
    if unsafe mkdir(path, 0o777) != 0, errno != EEXIST {
      throw JobError("\(path): cannot be made: \(systemMessage(errno))")
    }
    path += "/"
  }
}

/// Names in a folder, without `.` and `..`, in byte order; none when it cannot be read.
func folderNames(_ folder: String) -> [String] {
  guard let directory = unsafe opendir(folder) else { return [] }
  defer { unsafe closedir(directory) }
  var result: [String] = []
  while let entry = unsafe readdir(directory) {
    // d_name is a C array that ends with a zero.
    let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
      unsafe String(cString: UnsafeRawPointer(pointer).assumingMemoryBound(to: CChar.self))
    }
    if name != ".", name != ".." { result.append(name) }
  }
  return result.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
}
