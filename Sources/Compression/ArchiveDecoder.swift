// Unsafe: the invariant is that libarchive's callbacks get a pointer to the box that this class
// holds on to until the archive is freed, and that a block that libarchive lends is used only until
// the next call.
internal import CArchive
import Wire

/// xz, bzip2 and lz4 by libarchive's filters over its raw format.
@safe final class ArchiveDecoder {
  private let archive: OpaquePointer
  private let source: Source
  private var block = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
  private var isOver = false

  /// What the read callback needs.
  @safe private final class Source {
    let read: ReadFunction
    let buffer: UnsafeMutableRawBufferPointer
    var consumed: Int64 = 0
    var failure: Int32?

    init(_ read: @escaping ReadFunction) {
      unsafe self.read = unsafe read
      unsafe buffer = .allocate(byteCount: 128 << 10, alignment: 16)
    }

    deinit { unsafe buffer.deallocate() }
  }

  init(_ codec: Codec, _ read: @escaping ReadFunction) throws(DecodeError) {
    guard let archive = unsafe archive_read_new() else {
      throw DecodeError(offset: 0, problem: "no memory for a decoder", readErrno: nil)
    }
    unsafe self.archive = unsafe archive
    unsafe source = Source(read)
    switch codec {
    case .xz: unsafe archive_read_support_filter_xz(archive)
    case .bzip2: unsafe archive_read_support_filter_bzip2(archive)
    case .lz4: unsafe archive_read_support_filter_lz4(archive)
    case .zstd, .gzip, .none: break
    }
    unsafe archive_read_support_format_raw(archive)
    unsafe archive_read_support_format_empty(archive)
    unsafe archive_read_set_callback_data(archive, Unmanaged.passUnretained(source).toOpaque())
    unsafe archive_read_set_read_callback(archive) { _, data, block in
      guard let data = unsafe data, let block = unsafe block else { return -1 }
      let source = unsafe Unmanaged<Source>.fromOpaque(data).takeUnretainedValue()
      let count = unsafe source.read(source.buffer)
      if count < 0 {
        source.failure = Int32(-count)
        return -1
      }
      source.consumed += Int64(count)
      unsafe block.pointee = unsafe UnsafeRawPointer(source.buffer.baseAddress)
      return count
    }
    guard unsafe archive_read_open1(archive) == ARCHIVE_OK else { throw error() }
    var entry: OpaquePointer?
    let status = unsafe archive_read_next_header(archive, &entry)
    // An empty file is an empty stream, whatever it was called.
    if status == ARCHIVE_EOF {
      isOver = true
      return
    }
    guard status == ARCHIVE_OK else { throw error() }
    // libarchive passes bytes through when no filter wants them: that is not what was asked for.
    guard unsafe archive_filter_count(archive) > 1 else {
      throw DecodeError(offset: 0, problem: "not \(codec) data", readErrno: nil)
    }
  }

  deinit { unsafe archive_read_free(archive) }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(DecodeError) -> Int {
    while unsafe block.isEmpty {
      if isOver { return 0 }
      var start: UnsafeRawPointer?
      var count = 0
      var offset: Int64 = 0
      let status = unsafe archive_read_data_block(archive, &start, &count, &offset)
      if status == ARCHIVE_EOF {
        isOver = true
        return 0
      }
      guard status == ARCHIVE_OK else { throw error() }
      unsafe block = unsafe UnsafeRawBufferPointer(start: start, count: count)
    }
    let count = unsafe min(block.count, buffer.count)
    unsafe buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: block[..<count]))
    unsafe block = unsafe UnsafeRawBufferPointer(rebasing: block[count...])
    return count
  }

  private func error() -> DecodeError {
    if let failure = source.failure {
      return DecodeError(offset: source.consumed, problem: "read failed", readErrno: failure)
    }
    let text = unsafe archive_error_string(archive).map { unsafe String(cString: $0) }
    return DecodeError(
      offset: source.consumed, problem: text ?? "not valid compressed data", readErrno: nil)
  }
}
