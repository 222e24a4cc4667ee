import Compression
import Foundation
import Testing
import Wire

/// Compresses with the codec's own tool: the independent side of these tests.
private func compressed(_ text: Data, _ codec: Codec, options: [String] = []) throws -> [UInt8] {
  let tools: [Codec: [String]] = [
    .zstd: ["zstd", "-q", "-c"], .gzip: ["gzip", "-c"], .xz: ["xz", "-c"],
    .bzip2: ["bzip2", "-c"], .lz4: ["zstd", "-q", "-c", "--format=lz4"],
  ]
  let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
  try text.write(to: file)
  defer { try? FileManager.default.removeItem(at: file) }
  let process = Process()
  let pipe = Pipe()
  process.executableURL = URL(filePath: "/usr/bin/env")
  process.arguments = try #require(tools[codec]) + options + [file.path]
  process.standardOutput = pipe
  try process.run()
  let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
  process.waitUntilExit()
  try #require(process.terminationStatus == 0)
  return [UInt8](data)
}

/// Decodes with reads of at most `step` bytes into buffers of `piece` bytes.
private func decoded(_ bytes: [UInt8], _ codec: Codec, step: Int = 1000, piece: Int = 777) throws
  -> [UInt8]
{
  var position = 0
  var decoder = try Decoder(codec) { buffer in
    let count = min(step, min(buffer.count, bytes.count - position))
    buffer.copyBytes(from: bytes[position..<(position + count)])
    position += count
    return count
  }
  var result: [UInt8] = []
  let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: piece, alignment: 16)
  defer { buffer.deallocate() }
  while true {
    let count = try decoder.read(into: buffer)
    if count == 0 { return result }
    result += buffer[..<count]
  }
}

private let sample: Data = {
  var state: UInt64 = 42
  var text = ""
  for line in 0..<20_000 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    text += "line \(line) value \(state >> 40)\n"
  }
  return Data(text.utf8)
}()

private let codecs: [Codec] = [.zstd, .gzip, .xz, .bzip2, .lz4]

@Test("what the tool compressed comes out as it was", arguments: codecs)
func roundTrip(codec: Codec) throws {
  let bytes = try compressed(sample, codec)
  #expect(detectCodec(bytes.span) == codec)
  #expect(try decoded(bytes, codec) == [UInt8](sample))
  #expect(try decoded(bytes, codec, step: 1, piece: 1 << 20) == [UInt8](sample))
}

@Test("several members or frames are one stream", arguments: codecs)
func concatenated(codec: Codec) throws {
  let bytes = try compressed(sample, codec)
  #expect(try decoded(bytes + bytes, codec) == [UInt8](sample + sample))
}

@Test("an empty input that was compressed gives no bytes", arguments: codecs)
func empty(codec: Codec) throws {
  #expect(try decoded(compressed(Data(), codec), codec).isEmpty)
}

@Test("truncated input is an error, wherever it ends", arguments: codecs)
func truncated(codec: Codec) throws {
  let bytes = try compressed(sample, codec)
  for count in [bytes.count - 1, bytes.count - 9, bytes.count / 2, 30, 10] {
    #expect(throws: DecodeError.self, "\(codec) cut to \(count)") {
      _ = try decoded(Array(bytes[..<count]), codec)
    }
  }
}

@Test("a flipped bit is an error or changes nothing", arguments: codecs)
func flipped(codec: Codec) throws {
  // zstd and lz4 carry a checksum when asked; the others always do.
  let bytes = try compressed(sample, codec, options: codec == .zstd ? ["--check"] : [])
  for step in 1...40 {
    var damaged = bytes
    damaged[bytes.count * step / 41] ^= 1 << (step % 8)
    let result = try? decoded(damaged, codec)
    #expect(result == nil || result == [UInt8](sample), "\(codec) damaged at step \(step)")
  }
}

@Test("data that is not compressed is refused", arguments: codecs)
func plain(codec: Codec) {
  #expect(throws: DecodeError.self) { _ = try decoded([UInt8](sample), codec) }
}

@Test("a failed read is told apart from bad data")
func failedRead() throws {
  for codec in codecs {
    #expect {
      var decoder = try Decoder(codec) { _ in -5 }
      let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 10, alignment: 16)
      defer { buffer.deallocate() }
      _ = try decoder.read(into: buffer)
    } throws: { ($0 as? DecodeError)?.readErrno == 5 }
  }
}
