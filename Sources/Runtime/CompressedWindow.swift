// Unsafe: the reader's read function fills the buffer that it is handed, during the call.
import Compression
import Glibc
import Wire

/// A piece of a compressed file, decoded as the guest reads it.
final class CompressedWindow {
  private var reader: PieceReader

  init(_ descriptor: Int32, _ piece: CompressedPiece) throws(ChannelFailure) {
    do throws(DecodeError) {
      unsafe reader = try PieceReader(piece) { buffer, offset in
        while true {
          let count = unsafe pread(descriptor, buffer.baseAddress, buffer.count, Int(offset))
          if count < 0, errno == EINTR { continue }
          return count < 0 ? -Int(errno) : count
        }
      }
    } catch { throw ChannelFailure(error.description) }
  }

  /// Fills the buffer; less only at the end of the piece.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(ChannelFailure) -> Int {
    do throws(DecodeError) {
      return try unsafe reader.read(into: buffer)
    } catch { throw ChannelFailure(error.description) }
  }
}
