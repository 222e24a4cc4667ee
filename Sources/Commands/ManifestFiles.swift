import Glibc
import Manifest
import Sandbox
import SystemPackage

/// Files behind a manifest's channels. What is written goes to temporary names beside the real
/// ones, and is renamed only when the session ended well.
struct ManifestFiles {
  private struct Output {
    let temporary: String
    let path: String
    let descriptor: FileDescriptor
  }

  private var outputs: [Output] = []
  private var opened: [FileDescriptor] = []

  /// Opens what stands behind a channel. The error's status is the errno (CONTRACT.md).
  mutating func open(_ declaration: ChannelDeclaration) throws -> Channel {
    let mayRead = declaration.gets > 0 || declaration.getByteCount > 0
    let mayWrite = declaration.puts > 0 || declaration.putByteCount > 0
    var paths: [String] = []
    for source in declaration.sources {
      guard case .path(let path) = source else {
        throw SandboxError(
          "line \(declaration.line): \(declaration.alias): network channels are not supported yet",
          status: EPROTONOSUPPORT)
      }
      paths.append(path)
    }
    let backing: Channel.Backing
    if paths.count > 1 {
      guard !mayWrite else {
        throw SandboxError(
          "line \(declaration.line): \(declaration.alias): several files can only be read",
          status: EINVAL)
      }
      var files: [FileDescriptor] = []
      var extents: [Channel.Extent] = []
      for path in paths {
        let file = try openFile(path, .readOnly, declaration)
        guard let size = try regularSize(file, path) else {
          throw SandboxError("\(path): not a regular file", status: EINVAL)
        }
        extents.append(Channel.Extent(descriptor: files.count, offset: 0, length: size))
        files.append(file)
      }
      backing = .extents(files, extents)
    } else {
      backing = try single(paths[0], mayRead, mayWrite, declaration)
    }
    return Channel(
      alias: declaration.alias, access: Channel.Access(rawValue: UInt8(declaration.type))!,
      backing: backing,
      limits: Channel.Limits(
        gets: declaration.gets, getBytes: declaration.getByteCount, puts: declaration.puts,
        putBytes: declaration.putByteCount), digest: declaration.digest)
  }

  private mutating func single(
    _ path: String, _ mayRead: Bool, _ mayWrite: Bool, _ declaration: ChannelDeclaration
  ) throws -> Channel.Backing {
    var status = stat()
    let exists = unsafe stat(path, &status) == 0
    let isFile = !exists || status.st_mode & S_IFMT == S_IFREG
    if !mayWrite {
      let file = try openFile(path, .readOnly, declaration)
      return try regularSize(file, path) == nil
        ? .stream(file) : .file(file, offset: 0, length: nil)
    }
    guard isFile else {
      return .stream(try openFile(path, mayRead ? .readWrite : .writeOnly, declaration))
    }
    let output = try makeOutput(path, declaration)
    // What can be read back or appended to starts with what is there.
    if exists, mayRead || declaration.type == 1 || declaration.type == 3 {
      let old = try openFile(path, .readOnly, declaration)
      var buffer = [UInt8](repeating: 0, count: 1 << 18)
      while true {
        let count = unsafe try buffer.withUnsafeMutableBytes { unsafe try old.read(into: $0) }
        if count == 0 { break }
        _ = try output.writeAll(buffer[..<count])
      }
    }
    return .file(output, offset: 0, length: nil)
  }

  private mutating func openFile(
    _ path: String, _ mode: FileDescriptor.AccessMode, _ declaration: ChannelDeclaration
  ) throws -> FileDescriptor {
    do {
      let file = try FileDescriptor.open(FilePath(path), mode, options: .closeOnExec)
      opened.append(file)
      return file
    } catch let error as Errno {
      throw SandboxError(
        "line \(declaration.line): \(declaration.alias): \(path): \(error)", status: error.rawValue)
    }
  }

  private mutating func makeOutput(_ path: String, _ declaration: ChannelDeclaration) throws
    -> FileDescriptor
  {
    let temporary = "\(path).zvm-\(getpid())-\(outputs.count)"
    do {
      let file = try FileDescriptor.open(
        FilePath(temporary), .readWrite, options: [.create, .exclusiveCreate, .closeOnExec],
        permissions: FilePermissions(rawValue: 0o644))
      outputs.append(Output(temporary: temporary, path: path, descriptor: file))
      return file
    } catch let error as Errno {
      throw SandboxError(
        "line \(declaration.line): \(declaration.alias): \(path): \(error)", status: error.rawValue)
    }
  }

  /// Size of a regular file, nil for anything else.
  private func regularSize(_ file: FileDescriptor, _ path: String) throws -> Int64? {
    var status = stat()
    guard unsafe fstat(file.rawValue, &status) == 0 else {
      throw SandboxError("\(path): stat failed", status: errno)
    }
    return status.st_mode & S_IFMT == S_IFREG ? Int64(status.st_size) : nil
  }

  /// Gives the outputs their names.
  mutating func commit() throws {
    for output in outputs {
      guard fsync(output.descriptor.rawValue) == 0,
        unsafe rename(output.temporary, output.path) == 0
      else { throw SandboxError("\(output.path): cannot be written", status: errno) }
    }
    for output in outputs { try output.descriptor.close() }
    outputs = []
  }

  /// Removes what was not committed, closes the rest.
  mutating func discard() {
    for output in outputs {
      unsafe unlink(output.temporary)
      try? output.descriptor.close()
    }
    outputs = []
    for file in opened { try? file.close() }
    opened = []
  }
}
