import Datasets
import Digest
import Foundation
import SystemPackage

/// Inputs that are not files by themselves: standard input (`-`), and members of archives
/// (`logs.tar.zst//*.log`). They are put into files of the job's own folder, once, before the stage
/// that reads them is split; a resumed job uses what is there.
struct SpooledInputs: Sendable {
  /// A file to be read, and what it is.
  struct File: Sendable {
    var path: String
    /// nil: it is what it is called.
    var origin: Shard.Origin?
  }

  /// The folder for the files.
  private let folder: String

  init(folder: String) { self.folder = folder }

  /// What stands between the path of an archive and the pattern of its members.
  static let memberMark = "//"
  static let standardInput = "-"

  /// Archive and member pattern of a path that has both.
  static func split(_ pattern: String) -> (archive: String, members: String)? {
    let start = pattern.index(pattern.startIndex, offsetBy: 1, limitedBy: pattern.endIndex)
    guard let start, let mark = pattern[start...].range(of: memberMark) else { return nil }
    let members = pattern[mark.upperBound...].drop { $0 == "/" }
    return (String(pattern[..<mark.lowerBound]), members.isEmpty ? "**" : String(members))
  }

  /// The files that a pattern of a job's input means.
  func files(_ pattern: String) throws(JobError) -> [File] {
    if pattern == Self.standardInput { return [try standardInputFile()] }
    do throws(DatasetError) {
      guard let (archive, members) = Self.split(pattern) else {
        return try InputPattern(pattern).files().map { File(path: $0) }
      }
      var result: [File] = []
      for path in try InputPattern(archive).files() {
        do throws(JobError) { result += try unpacked(path, members) } catch {
          throw DatasetError("\(error)")
        }
      }
      guard !result.isEmpty else { throw DatasetError("\(pattern): no member matches") }
      return result
    } catch { throw JobError("\(error)") }
  }

  // MARK: Standard input

  private func standardInputFile() throws(JobError) -> File {
    let path = "\(folder)/stdin"
    if !FileManager.default.fileExists(atPath: path) {
      try makeFolder(folder)
      let spool = try SpoolFile(in: folder)
      defer { spool.close() }
      var end: Int64 = 0
      while true {
        let piece: [UInt8]
        do {
          piece = try unsafe [UInt8](unsafeUninitializedCapacity: copyByteCount) { buffer, count in
            count = try unsafe FileDescriptor.standardInput.read(
              into: UnsafeMutableRawBufferPointer(buffer))
          }
        } catch { throw JobError("standard input: \(error)") }
        if piece.isEmpty { break }
        let error = writeBytes(piece.span, spool.descriptor, at: end)
        guard error == 0 else {
          throw JobError("\(folder): standard input cannot be kept: \(systemMessage(error))")
        }
        end += Int64(piece.count)
      }
      try spool.name(path)
    }
    var version = FileVersion(byteCount: 0, modifiedNanoseconds: 0, inode: 0)
    version.byteCount = try Self.version(of: path).byteCount
    return File(path: path, origin: Shard.Origin(name: "standard input", version: version))
  }

  // MARK: Archives

  private func unpacked(_ archive: String, _ pattern: String) throws(JobError) -> [File] {
    let version = try Self.version(of: archive)
    var hash = SHA256()
    hash.add(archive)
    hash.add(pattern)
    let place = "\(folder)/members/\(SHA256.hexadecimal(hash.finalize()).prefix(16))"
    let list = "\(place)/list"
    if !FileManager.default.fileExists(atPath: list) {
      removeTree(place)
      try makeFolder(place)
      let members = try Unpacker(archive, pattern, into: place).run()
      let lines = ["\(version)"] + members.map { "\($0.file)\t\($0.name)" }
      do {
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(
          to: URL(filePath: list), options: .atomic)
      } catch { throw JobError("\(list): cannot be written: \(error)") }
    }
    guard let data = FileManager.default.contents(atPath: list) else {
      throw JobError("\(list): cannot be read")
    }
    let lines = String(decoding: data, as: UTF8.self).split(separator: "\n")
    guard lines.first == "\(version)" else {
      throw JobError("\(archive): the input changed since the job was begun")
    }
    return lines.dropFirst().compactMap { line in
      let parts = line.split(separator: "\t", maxSplits: 1)
      guard parts.count == 2 else { return nil }
      return File(
        path: "\(place)/\(parts[0])",
        origin: Shard.Origin(
          name: "\(archive)\(Self.memberMark)\(parts[1])", version: version))
    }
  }

  private static func version(of path: String) throws(JobError) -> FileVersion {
    do throws(DatasetError) {
      let file = try InputFile(path)
      defer { file.close() }
      return file.version
    } catch { throw JobError("\(error)") }
  }
}
