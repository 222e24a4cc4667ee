import Datasets
import Glibc
import Sandbox
import SystemPackage

/// The tarballs of a `zvm run`: `--mount FILE=/FOLDER` and `--save /FOLDER=FILE`. What is saved goes
/// to a temporary name and gets its own only when the session ended well.
struct Tarballs {
  private struct Output {
    let temporary: String
    let path: String
    let descriptor: FileDescriptor
  }

  private var inputs: [InputFile] = []
  private var outputs: [Output] = []
  private(set) var mounts: [(tar: Channel.Backing, at: String)] = []
  private(set) var saves: [(tar: Channel.Backing, of: String)] = []

  /// Opens a tarball; a compressed one is decompressed inside the sandbox process.
  mutating func mount(_ text: String) throws {
    guard let (path, folder) = Self.split(text), folder.hasPrefix("/") else {
      throw SandboxError("--mount \(text): not FILE=/FOLDER", status: EINVAL)
    }
    do throws(DatasetError) {
      let input = try InputFile(path)
      inputs.append(input)
      mounts.append((.whole(input.descriptor, try input.codec()), folder))
    } catch {
      throw SandboxError("\(error)", status: ENOENT)
    }
  }

  mutating func save(_ text: String) throws {
    guard let (folder, path) = Self.split(text), folder.hasPrefix("/") else {
      throw SandboxError("--save \(text): not /FOLDER=FILE", status: EINVAL)
    }
    let temporary = "\(path).zvm-\(getpid())-save\(outputs.count)"
    do {
      let file = try FileDescriptor.open(
        FilePath(temporary), .readWrite, options: [.create, .exclusiveCreate, .closeOnExec],
        permissions: FilePermissions(rawValue: 0o644))
      outputs.append(Output(temporary: temporary, path: path, descriptor: file))
      saves.append((.file(file, offset: 0, length: nil), folder))
    } catch let error as Errno {
      throw SandboxError("\(path): \(error)", status: error.rawValue)
    }
  }

  /// `A=B` at the last `=`.
  private static func split(_ text: String) -> (String, String)? {
    guard let equals = text.lastIndex(of: "="), equals != text.startIndex else { return nil }
    let rest = text[text.index(after: equals)...]
    return rest.isEmpty ? nil : (String(text[..<equals]), String(rest))
  }

  /// Gives what was saved its names.
  mutating func commit() throws {
    for output in outputs {
      guard fsync(output.descriptor.rawValue) == 0,
        unsafe rename(output.temporary, output.path) == 0
      else { throw SandboxError("\(output.path): cannot be written", status: errno) }
      try output.descriptor.close()
    }
    outputs = []
  }

  /// Removes what was not committed, closes the rest.
  mutating func discard() {
    for output in outputs {
      unsafe unlink(output.temporary)
      try? output.descriptor.close()
    }
    outputs = []
    for input in inputs { input.close() }
    inputs = []
  }
}
