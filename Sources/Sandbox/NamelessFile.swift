package import SystemPackage

extension FileDescriptor {
  /// A file in `folder` that has no name (O_TMPFILE), for reading and writing: it is gone when it is
  /// closed, whatever becomes of the process, unless it is linked. Throws where the file system has no
  /// such files.
  package static func nameless(
    in folder: String, permissions: FilePermissions = .ownerReadWrite
  ) throws(Errno) -> FileDescriptor {
    do {
      return try open(
        FilePath(folder), .readWrite,
        options: [OpenOptions(rawValue: temporaryFile), .closeOnExec],
        permissions: permissions)
    } catch let error as Errno {
      throw error
    } catch {
      preconditionFailure("open throws Errno only")
    }
  }

  /// O_TMPFILE of Linux on x86-64, a compound macro that Swift does not import.
  private static let temporaryFile: CInt = 0o20_200_000
}
