import Datasets
import Dispatch
import Sandbox
import Synchronization
import SystemPackage
import Toolchain
import Wire

/// Takes members out of one tar or zip archive. A guest program of ours reads the archive
/// (`guest/unpack`), in a sandbox, decompressed in there where it is compressed; this side takes names
/// and bytes from it and believes nothing else.
struct Unpacker {
  struct Member {
    var name: String
    /// The file that has its bytes, in the folder.
    var file: String
  }

  private let archive: String
  private let pattern: String
  private let folder: String

  /// Most members of one archive.
  private static let maximumCount = 1_000_000
  private static let memoryByteCount = 64 << 20

  init(_ archive: String, _ pattern: String, into folder: String) {
    self.archive = archive
    self.pattern = pattern
    self.folder = folder
  }

  /// Unpacks; the members in byte order of their names.
  func run() throws(JobError) -> [Member] {
    do throws(JobError) { return try unpack() } catch {
      throw JobError("\(archive)\(SpooledInputs.memberMark)\(pattern): \(error)")
    }
  }

  private func unpack() throws(JobError) -> [Member] {
    let launcher: Launcher
    let input: InputFile
    let codec: Codec
    do {
      let source = try Sysroot.guestFile("unpack/unpack.c")
      launcher = try Launcher(
        module: ValidatedModule(path: FilePath(try Compiler().nexe(forSource: source))))
      input = try InputFile(archive)
      codec = try input.codec()
    } catch { throw JobError("\(error)") }
    defer {
      launcher.shutDown()
      input.close()
    }
    let head = readBytes(input.descriptor, at: 0, count: 4) ?? []
    let isZip =
      codec == .none && (head == Array("PK\u{3}\u{4}".utf8) || head == Array("PK\u{5}\u{6}".utf8))
    let pipe: (readEnd: FileDescriptor, writeEnd: FileDescriptor)
    do { pipe = try FileDescriptor.pipe(options: .closeOnExec) } catch {
      throw JobError("\(error)")
    }
    let errors = try SpoolFile(in: folder)
    defer { errors.close() }
    let size = input.version.byteCount
    var session = Session.command(
      arguments: ["unpack", isZip ? "zip" : "tar", pattern],
      standardInput: isZip
        ? .null
        : codec == .none
          ? .file(input.descriptor, offset: 0, length: size)
          : .compressed(input.descriptor, codec, offset: 0, length: size),
      standardOutput: .stream(pipe.writeEnd),
      standardError: .file(errors.descriptor, offset: 0, length: nil),
      memoryByteCount: Self.memoryByteCount, timeout: .seconds(7 * 86_400))
    session.channels[2].limits.putBytes = StageProgram.errorByteCount
    if isZip {
      session.channels.append(
        Channel(
          alias: "/dev/archive", access: .append,
          backing: .file(input.descriptor, offset: 0, length: size), limits: .readOnly))
    }
    let result = Mutex<Result<SandboxReport, SandboxError>?>(nil)
    let done = DispatchSemaphore(value: 0)
    let handle = launcher.start(session) { report in
      result.withLock { $0 = report }
      // The reader sees the end, whatever it was.
      try? pipe.writeEnd.close()
      done.signal()
    }
    var failure: JobError?
    var frames = FrameReader(pipe.readEnd, folder)
    do throws(JobError) { try frames.readAll() } catch {
      failure = error
      handle.cancel()
    }
    try? pipe.readEnd.close()
    done.wait()
    switch result.withLock({ $0 }) {
    case .success(let report)?:
      if report.outcome != .exited(code: 0), report.outcome != .cancelled {
        throw JobError(said(errors, report))
      }
    case .failure(let error)?: throw JobError("\(error)")
    case nil: throw JobError("no report")
    }
    if let failure { throw failure }
    guard frames.isWhole else { throw JobError("it ends in the middle") }
    do throws(DatasetError) { try input.checkUnchanged() } catch { throw JobError("\(error)") }
    return frames.members.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  /// What the program wrote to standard error, or how it ended. It is made of what the archive says:
  /// control characters must not reach a terminal.
  private func said(_ errors: SpoolFile, _ report: SandboxReport) -> String {
    let bytes = readBytes(errors.descriptor, at: 0, count: 2000) ?? []
    let line = bytes.split(separator: UInt8(ascii: "\n")).first ?? []
    let text = String(decoding: line, as: UTF8.self).unicodeScalars.map { scalar in
      FrameReader.isPlain(scalar) ? Character(scalar) : "?"
    }
    return text.isEmpty ? report.outcome.explanation : String(text)
  }
}

/// Reads the frames that `unpack` writes and puts each member into a file.
private struct FrameReader {
  private let pipe: FileDescriptor
  private let folder: String
  private var buffer: [UInt8] = []
  private var position = 0
  private var names: Set<String> = []
  private(set) var members: [Unpacker.Member] = []
  /// Whether the end of the archive was told.
  private(set) var isWhole = false

  private static let maximumFrameByteCount = 1 << 20
  private static let maximumCount = 1_000_000

  init(_ pipe: FileDescriptor, _ folder: String) {
    self.pipe = pipe
    self.folder = folder
  }

  static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value)
  }

  mutating func readAll() throws(JobError) {
    var file: FileDescriptor?
    var end: Int64 = 0
    defer { try? file?.close() }
    while let head = try take(5) {
      let length = Int(head[1]) | Int(head[2]) << 8 | Int(head[3]) << 16 | Int(head[4]) << 24
      guard length <= Self.maximumFrameByteCount, let bytes = try take(length) else {
        throw JobError("unpack: a frame is damaged")
      }
      switch (head[0], file) {
      case (UInt8(ascii: "N"), nil):
        file = try begin(bytes)
        end = 0
      case (UInt8(ascii: "D"), let file?):
        let error = writeBytes(bytes.span, file, at: end)
        guard error == 0 else {
          throw JobError("\(folder): cannot be written: \(systemMessage(error))")
        }
        end += Int64(bytes.count)
      case (UInt8(ascii: "E"), let open?):
        try? open.close()
        file = nil
      case (UInt8(ascii: "Z"), nil):
        isWhole = true
        return
      default: throw JobError("unpack: a frame stands where it may not")
      }
    }
  }

  private mutating func begin(_ bytes: [UInt8]) throws(JobError) -> FileDescriptor {
    guard let name = String(validating: bytes, as: UTF8.self), !name.isEmpty,
      name.unicodeScalars.allSatisfy(Self.isPlain),
      !name.split(separator: "/").contains(where: { $0 == ".." })
    else {
      throw JobError(
        "a member has a name that is not accepted: control characters, '..', or no UTF-8")
    }
    guard names.insert(name).inserted else { throw JobError("\(name): is there twice") }
    guard members.count < Self.maximumCount else { throw JobError("too many members") }
    // Names of the archive's own never become paths; the end stays, since it tells the format.
    let last = name.split(separator: "/").last.map(String.init) ?? ""
    let tail = String(
      last.suffix(60).map {
        $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "_"
      })
    let file = "\(members.count)-\(tail)"
    members.append(Unpacker.Member(name: name, file: file))
    do {
      return try FileDescriptor.open(
        FilePath("\(folder)/\(file)"), .writeOnly,
        options: [.create, .exclusiveCreate, .closeOnExec],
        permissions: .ownerReadWrite)
    } catch { throw JobError("\(folder)/\(file): \(error)") }
  }

  /// So many bytes; nil at the end.
  private mutating func take(_ count: Int) throws(JobError) -> [UInt8]? {
    while buffer.count - position < count {
      if position > 0 {
        buffer.removeFirst(position)
        position = 0
      }
      let piece: [UInt8]
      do {
        piece = try unsafe [UInt8](unsafeUninitializedCapacity: 256 << 10) { bytes, filled in
          filled = try unsafe pipe.read(into: UnsafeMutableRawBufferPointer(bytes))
        }
      } catch { throw JobError("unpack: \(error)") }
      if piece.isEmpty { return nil }
      buffer += piece
    }
    defer { position += count }
    return Array(buffer[position..<position + count])
  }
}
