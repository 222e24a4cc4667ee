// Unsafe: the decoder's read function fills the buffer that it is handed, during the call.
import Compression
import Glibc
import Wire

/// A window of a compressed file, decoded as the guest reads it.
final class CompressedWindow {
  private var decoder: Decoder

  init(_ window: ChannelState.Window, _ codec: Codec) throws(ChannelFailure) {
    var offset = window.offset
    let end = window.offset + window.length
    do throws(DecodeError) {
      unsafe decoder = try Decoder(codec) { buffer in
        let wanted = Int(min(Int64(buffer.count), end - offset))
        if wanted == 0 { return 0 }
        while true {
          let count = unsafe pread(window.descriptor, buffer.baseAddress, wanted, Int(offset))
          if count < 0, errno == EINTR { continue }
          if count < 0 { return -Int(errno) }
          offset += Int64(count)
          return count
        }
      }
    } catch { throw ChannelFailure(error.description) }
  }

  /// Fills the buffer; less only at the end of the stream.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(ChannelFailure) -> Int {
    do throws(DecodeError) {
      return try unsafe decoder.read(into: buffer)
    } catch { throw ChannelFailure(error.description) }
  }
}
