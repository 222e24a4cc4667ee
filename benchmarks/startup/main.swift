// How fast a sandbox starts: startup-benchmark NEXE [SCALE [PHASE, interpreter.nexe, /…/floor …]], one JSON object
// a line on standard output.
//
// "first instruction": from the request until a byte that the guest's first trap writes is seen in
// memory that this process watches; the trap and the write are counted, so the figure is an upper
// bound. "reaped": from the request until the report is there, the process waited for, or, where it is
// used again, waiting for the next.
import Foundation
import Glibc
import Sandbox
import Synchronization
import SystemPackage

func now() -> UInt64 {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

func show(_ name: String, _ fields: [(String, Double)]) {
  let text = fields.map { "\"\($0.0)\": \((($0.1 * 100).rounded()) / 100)" }.joined(separator: ", ")
  print("{\"name\": \"\(name)\", \(text)}")
  fflush(nil)
}

/// Percentiles in microseconds.
func show(_ name: String, nanoseconds samples: [UInt64], _ more: [(String, Double)] = []) {
  let sorted = samples.sorted()
  func at(_ share: Double) -> Double {
    Double(sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]) / 1000
  }
  show(
    name,
    [
      ("count", Double(sorted.count)), ("p10", at(0.1)), ("p50", at(0.5)), ("p90", at(0.9)),
      ("p99", at(0.99)),
      ("max", at(1)),
    ] + more)
}

/// One page of memory that sandboxes write to and this process watches.
struct Watched {
  let file: FileDescriptor
  let byte: UnsafeMutablePointer<UInt8>

  init() {
    let path = "/dev/shm/zvm-startup-\(getpid())"
    file = try! FileDescriptor.open(
      FilePath(path), .readWrite, options: [.create, .closeOnExec], permissions: .ownerReadWrite)
    unlink(path)
    precondition(ftruncate(file.rawValue, 4096) == 0)
    byte = mmap(nil, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file.rawValue, 0)!
      .assumingMemoryBound(to: UInt8.self)
  }

  /// Spins until the guest has written.
  func wait() {
    while atomicLoad(byte) == 0 {}
    byte.pointee = 0
  }

  @inline(never) @_optimize(none) private func atomicLoad(_ byte: UnsafeMutablePointer<UInt8>)
    -> UInt8
  { byte.pointee }
}

func session(_ output: Channel.Backing = .null, input: Channel.Backing = .null) -> Session {
  Session(
    channels: [
      Channel(alias: "/dev/stdin", backing: input, limits: .readOnly),
      Channel(alias: "/dev/stdout", backing: output, limits: .writeOnly),
      Channel(alias: "/dev/stderr", backing: .null, limits: .writeOnly),
    ], memoryByteCount: 64 << 20)
}

func expectSuccess(_ result: Result<SandboxReport, SandboxError>) {
  guard case .success(let report) = result, report.outcome == .exited(code: 0) else {
    fatalError("\(result)")
  }
}

func firstInstruction(_ name: String, _ launcher: Launcher, _ count: Int, pause: UInt32) {
  func used() -> Double { processorTime() + processorTime(of: launcher.processIdentifier) }
  let usedBefore = used()
  let watched = Watched()
  let session = session(.file(watched.file, offset: 0, length: nil))
  var samples: [UInt64] = []
  for round in 0..<(count + 50) {
    let done = DispatchSemaphore(value: 0)
    let start = now()
    launcher.start(session) { result in
      expectSuccess(result)
      done.signal()
    }
    watched.wait()
    let end = now()
    done.wait()
    if round >= 50 { samples.append(end - start) }
    if pause > 0 { usleep(pause) }
  }
  show(
    name, nanoseconds: samples,
    // With this thread's, which spins meanwhile.
    [("cpuMicroseconds", (used() - usedBefore) / Double(count + 50))])
}

/// The floor's name in lines that are measured in turns with a sandbox's: the host's speed changes from one second to
/// the next.
let floorInTurns = "fork+exit+wait floor, in turns"

/// Samples of floor.c, in nanoseconds.
func floorSamples(_ count: Int) throws -> [UInt64] {
  guard let floor else { return [] }
  let pipe = popen("\(floor) \(count)", "r")!
  var samples: [UInt64] = []
  var line = [CChar](repeating: 0, count: 64)
  while fgets(&line, Int32(line.count), pipe) != nil {
    samples.append(strtoull(line, nil, 10))
  }
  precondition(pclose(pipe) == 0 && samples.count == count)
  return samples
}

/// `isBesideFloor`: in turns with it, 250 each.
func reaped(_ name: String, _ launcher: Launcher, _ count: Int, isBesideFloor: Bool = false) throws
{
  let session = session()
  var samples: [UInt64] = []
  var floors: [UInt64] = []
  for round in 0..<(count + 50) {
    if isBesideFloor, round % 250 == 50 { floors += try floorSamples(250) }
    let start = now()
    let report = try launcher.runAndWait(session)
    let end = now()
    precondition(report.outcome == .exited(code: 0))
    if round >= 50 { samples.append(end - start) }
  }
  if !floors.isEmpty { show(floorInTurns, nanoseconds: floors) }
  show(name, nanoseconds: samples)
}

/// CPU time of this process and its ended children, in microseconds. Launchers count once they are reaped.
func processorTime() -> Double {
  var sum = 0.0
  for who in [RUSAGE_SELF.rawValue, RUSAGE_CHILDREN.rawValue] {
    var usage = rusage()
    getrusage(__rusage_who_t(who), &usage)
    for time in [usage.ru_utime, usage.ru_stime] {
      sum += Double(time.tv_sec) * 1e6 + Double(time.tv_usec)
    }
  }
  return sum
}

/// CPU time of a process that lives, in microseconds.
func processorTime(of process: Int32) -> Double {
  var time = timespec()
  clock_gettime(~process << 3 | 2, &time)
  return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
}

func sustained(_ name: String, _ launcher: Launcher, _ count: Int, threads: Int) {
  let session = session()
  func used() -> Double { processorTime() + processorTime(of: launcher.processIdentifier) }
  let usedBefore = used()
  let left = Atomic(count)
  let start = now()
  let group = DispatchGroup()
  for _ in 0..<threads {
    let thread = Thread {
      while left.wrappingSubtract(1, ordering: .relaxed).newValue >= 0 {
        expectSuccess(Result { () throws(SandboxError) in try launcher.runAndWait(session) })
      }
      group.leave()
    }
    group.enter()
    thread.start()
  }
  group.wait()
  let seconds = Double(now() - start) / 1e9
  show(
    name,
    [
      ("count", Double(count)), ("threads", Double(threads)), ("seconds", seconds),
      ("perSecond", Double(count) / seconds),
      // Without what sandboxes use that are still there.
      ("cpuMicroseconds", (used() - usedBefore) / Double(count)),
    ])
}

/// All of a file of the kernel's, whose size it does not say: one read gives 4 KiB of it at most.
func text(of path: String) -> String {
  guard let file = try? FileDescriptor.open(path, .readOnly) else { return "" }
  defer { try? file.close() }
  var all: [UInt8] = []
  var piece = [UInt8](repeating: 0, count: 64 << 10)
  while let count = try? piece.withUnsafeMutableBytes({ try file.read(into: $0) }), count > 0 {
    all += piece[..<count]
  }
  return String(decoding: all, as: UTF8.self)
}

/// Many sandboxes alive at once, each blocked in a read; their private memory.
func alive(_ module: ValidatedModule, _ count: Int) throws {
  let launcher = try Launcher(module: module)
  defer { launcher.shutDown() }
  let pipe = try FileDescriptor.pipe()
  let done = DispatchGroup()
  let start = now()
  for _ in 0..<count {
    done.enter()
    launcher.start(session(input: .stream(pipe.readEnd))) { result in
      expectSuccess(result)
      done.leave()
    }
  }
  func children() -> [Int32] {
    let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
    let all = tasks.flatMap { text(of: "/proc/self/task/\($0)/children").split(separator: " ") }
    // The first is the namespace's init.
    return all.compactMap { Int32($0) }.filter {
      $0 != launcher.processIdentifier && getpgid($0) == launcher.processIdentifier
    }.sorted().dropFirst().map { $0 }
  }
  while children().count < count { usleep(1000) }
  let seconds = Double(now() - start) / 1e9
  usleep(200_000)
  var kilobytes: [UInt64] = []
  for child in children() {
    let text = text(of: "/proc/\(child)/smaps_rollup")
    var sum: UInt64 = 0
    for line in text.split(separator: "\n") where line.hasPrefix("Private_") {
      sum += line.split(separator: " ").compactMap { UInt64($0) }.first ?? 0
    }
    kilobytes.append(sum)
  }
  kilobytes.sort()
  show(
    "alive at once",
    [
      ("count", Double(count)), ("seconds", seconds),
      ("privateKiBp50", Double(kilobytes[kilobytes.count / 2])),
      ("privateKiBmax", Double(kilobytes.last!)),
    ])
  try pipe.writeEnd.close()
  done.wait()
  try pipe.readEnd.close()
}

/// Page faults of this process's waited-for children so far.
func childFaults() -> Double {
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_CHILDREN.rawValue), &usage)
  return Double(usage.ru_minflt)
}

let path = CommandLine.arguments[1]
let scale = CommandLine.arguments.count > 2 ? Double(CommandLine.arguments[2])! : 1
/// Only these phases, where any are named.
let phases = Set(
  CommandLine.arguments.dropFirst(3).filter { !$0.contains(".") && !$0.contains("/") })
/// The program of floor.c; for the phase forked.
let floor = CommandLine.arguments.dropFirst(3).first { $0.hasSuffix("/floor") }
/// A program that calls the trap fork when it is warm (interpreter.c); for the phase template.
let interpreter = CommandLine.arguments.dropFirst(3).first { $0.hasSuffix(".nexe") }
func scaled(_ count: Int) -> Int { max(100, Int(Double(count) * scale)) }
func phase(_ name: String, _ body: () throws -> Void) rethrows {
  if phases.isEmpty || phases.contains(name) { try body() }
}

let module = try ValidatedModule(path: FilePath(path))

// Validation, the launcher process, and the first session.
try phase("cold") {
  var cold: [UInt64] = []
  for _ in 0..<20 {
    let start = now()
    let launcher = try Launcher(module: try ValidatedModule(path: FilePath(path)))
    _ = try launcher.runAndWait(session())
    cold.append(now() - start)
    launcher.shutDown()
  }
  show("cold launcher and first session", nanoseconds: cold)
}

try phase("forked") {
  let launcher = try Launcher(module: module)
  firstInstruction("forked, first instruction", launcher, scaled(2000), pause: 0)
  try reaped("forked, reaped", launcher, scaled(2000), isBesideFloor: true)
  let faults = childFaults()
  sustained("forked, one at a time", launcher, scaled(5000), threads: 1)
  show("page faults of a sandbox", [("mean", (childFaults() - faults) / Double(scaled(5000)))])
  sustained("forked, sustained", launcher, scaled(100_000), threads: 4)
  launcher.shutDown()
}

// Requests that come 2 ms after the last session's end, to pools whose next process looks for them or sleeps.
try phase("pool") {
  for (name, looksAhead) in [("pool", Duration.milliseconds(10)), ("sleeping pool", .zero)] {
    let launcher = try Launcher(
      module: module, options: Launcher.Options(pool: 8, looksAhead: looksAhead))
    firstInstruction("\(name), first instruction", launcher, scaled(2000), pause: 2000)
    try reaped("\(name), reaped", launcher, scaled(2000))
    launcher.shutDown()
  }
}

try phase("reuse") {
  let launcher = try Launcher(module: module, options: Launcher.Options(reuse: true))
  firstInstruction("re-armed, first instruction", launcher, scaled(5000), pause: 0)
  try reaped("re-armed, reported", launcher, scaled(5000))
  sustained("re-armed, one at a time", launcher, scaled(20_000), threads: 1)
  sustained("re-armed, sustained", launcher, scaled(100_000), threads: 2)
  launcher.shutDown()
}

try phase("alive") { try alive(module, 1000) }

// An interpreter that takes a while to warm up: sessions that each do, and copies of one that has.
try phase("template") {
  guard let interpreter else { return }
  let module = try ValidatedModule(path: FilePath(interpreter))
  let script = Array("io.write(look('w41a7') == 1 and 'x' or 'no')".utf8)
  func session(_ input: [UInt8], _ output: Channel.Backing) -> Session {
    Session(
      channels: [
        Channel(alias: "/dev/stdin", backing: .bytes(input), limits: .readOnly),
        Channel(alias: "/dev/stdout", backing: output, limits: .writeOnly),
        Channel(alias: "/dev/stderr", backing: .null, limits: .writeOnly),
      ], memoryByteCount: 128 << 20)
  }
  func measure(
    _ name: String, _ count: Int,
    _ start: (Session, @escaping @Sendable (Result<SandboxReport, SandboxError>) -> Void) -> Void
  ) {
    let watched = Watched()
    let session = session(script, .file(watched.file, offset: 0, length: nil))
    var first: [UInt64] = []
    var whole: [UInt64] = []
    for round in 0..<(count + 5) {
      let done = DispatchSemaphore(value: 0)
      let begin = now()
      start(session) { result in
        expectSuccess(result)
        done.signal()
      }
      watched.wait()
      let answered = now()
      done.wait()
      if round >= 5 {
        first.append(answered - begin)
        whole.append(now() - begin)
      }
    }
    show("\(name), answer", nanoseconds: first)
    show("\(name), reaped", nanoseconds: whole)
  }
  let launcher = try Launcher(module: module)
  measure("interpreter that warms up", scaled(20) / 5) { launcher.start($0, completion: $1) }
  launcher.shutDown()
  let templates = try Launcher(module: module, options: Launcher.Options(templates: true))
  let template = try templates.makeTemplate(session([], .null))
  measure("copy of a warm interpreter", scaled(1000)) { template.start($0, completion: $1) }
  templates.shutDown()
}
