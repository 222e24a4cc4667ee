// Unsafe: the receive buffer is handed to the shim for the length of one call.
import CSandbox
import Dispatch
import Glibc
import Sandbox
import Synchronization
import SystemPackage

/// One connection: one request, its run, its answer. A peer that hangs up cancels its run.
///
/// `@unchecked Sendable`: every property but the constant ones is used on `queue` only, which is serial.
final class ServiceConnection: @unchecked Sendable {
  private enum Phase {
    case waitingForRequest
    case waitingForSlot(ticket: UInt64)
    case running(cancel: @Sendable () -> Void)
    case over
  }

  private let service: Service
  private let socket: Int32
  private let queue = DispatchQueue(label: "zvmd.connection", target: Service.work)
  private var phase = Phase.waitingForRequest
  /// Keeps this connection alive until it is cancelled.
  private var source: (any DispatchSourceRead)?

  init(_ service: Service, _ socket: Int32) {
    self.service = service
    self.socket = socket
  }

  /// Waits for the request; everything else follows from events.
  func open() {
    let source = DispatchSource.makeReadSource(fileDescriptor: socket, queue: queue)
    source.setEventHandler { [self] in readable() }
    source.setCancelHandler { [socket] in close(socket) }
    self.source = source
    source.resume()
    queue.asyncAfter(deadline: .now() + .seconds(5)) { [weak self] in self?.requestIsOverdue() }
  }

  private func requestIsOverdue() {
    if case .waitingForRequest = phase {
      finish(ServiceReply(ServiceError(.badRequest, "request: none came in 5 seconds")))
    }
  }

  /// The request, or, once there is one, the end of the peer's interest.
  private func readable() {
    switch phase {
    case .waitingForRequest:
      do throws(ServiceError) { try takeRequest() } catch { finish(ServiceReply(error)) }
    case .waitingForSlot(let ticket):
      // When its turn has just come, `run` sees that all is over.
      if !service.slots.withdraw(ticket) { phase = .over }
      finish(nil)
    case .running(let cancel):
      cancel()
      finish(nil)
    case .over: break
    }
  }

  private func takeRequest() throws(ServiceError) {
    // Taken before it is refused: an answer is lost when a socket is closed with unread data.
    let (bytes, descriptors) = try receive()
    let held = HeldDescriptors(descriptors)
    try authenticate()
    let request = try ServiceRequest(parsing: bytes)
    if let once = request.once { try service.nonces.admit(once) }
    let ticket = service.slots.enter { [self] in queue.async { self.run(request, held) } }
    guard let ticket else {
      throw ServiceError(
        .busy, "all \(service.options.slots) slots are taken and the queue is full")
    }
    phase = .waitingForSlot(ticket: ticket)
  }

  private func authenticate() throws(ServiceError) {
    var user: UInt32 = 0
    let result = unsafe csb_peer_user(socket, &user)
    guard result == 0 else { throw ServiceError(.failed, "peer: \(text(-result))") }
    guard user == 0 || user == geteuid() || service.options.users.contains(user) else {
      throw ServiceError(.forbidden, "user \(user) may not run programs here")
    }
  }

  private func receive() throws(ServiceError) -> ([UInt8], [Int32]) {
    var bytes = [UInt8](repeating: 0, count: ServiceRequest.maximumByteCount)
    var descriptors = [Int32](repeating: -1, count: ServiceRequest.maximumDescriptorCount)
    var count = 0
    let received = unsafe csb_receive(
      socket, &bytes, bytes.count, &descriptors, descriptors.count, &count,
      Int32(MSG_DONTWAIT))
    guard received > 0 else {
      throw ServiceError(
        .badRequest, received == 0 ? "request: none came" : "request: \(text(Int32(-received)))")
    }
    return (Array(bytes[..<received]), Array(descriptors[..<count]))
  }

  /// Has a slot now.
  private func run(_ request: ServiceRequest, _ held: HeldDescriptors) {
    guard case .waitingForSlot = phase else { return service.slots.leave() }
    do throws(ServiceError) {
      let name = request.program.name ?? request.program.image ?? "program"
      let launcher = try service.modules.launcher(
        try held.program(request, service.options.images), name: name)
      let session = try request.session(held.descriptors, service.options.limits)
      let shards = try request.shards(session)
      if shards.count > 1 {
        let run = try SplitRun(session, shards, launcher, service.slots)
        run.start { [self] result in
          held.close()
          ended(result, run.session, launcher)
        }
        phase = .running(cancel: run.cancel)
        return
      }
      let handle = launcher.start(session) { [self] result in
        held.close()
        service.slots.leave()
        ended(result.mapError { ServiceError(.failed, "\($0)") }, session, launcher)
      }
      phase = .running(cancel: handle.cancel)
    } catch {
      service.slots.leave()
      finish(ServiceReply(error))
    }
  }

  private func ended(
    _ result: Result<SandboxReport, ServiceError>, _ session: Session, _ launcher: Launcher
  ) {
    queue.async { [self] in
      switch result {
      case .success(let report): finish(ServiceReply(report, session))
      case .failure(let error):
        // The launcher has ended, or could not take the session: the next request gets a new one.
        service.modules.forget(launcher)
        finish(ServiceReply(error))
      }
    }
  }

  /// Answers, if there is somebody to answer, and ends the connection.
  private func finish(_ reply: ServiceReply?) {
    guard let source else { return }
    phase = .over
    self.source = nil
    if let reply {
      let bytes = reply.bytes
      _ = unsafe bytes.withUnsafeBytes {
        // A peer that is gone, or does not read, loses its answer; nobody waits for it.
        unsafe csb_send(
          socket, $0.baseAddress!, $0.count, nil, 0, Int32(MSG_DONTWAIT))
      }
    }
    source.cancel()
  }
}

/// Descriptors that came with a request, closed once.
private final class HeldDescriptors: Sendable {
  let descriptors: [Int32]
  private let state = Mutex<[Int32]>([])

  init(_ descriptors: [Int32]) {
    self.descriptors = descriptors
    state.withLock { $0 = descriptors }
  }

  /// The descriptor of the program: one that was passed, or an image that the daemon knows.
  func program(_ request: ServiceRequest, _ images: [String: String]) throws(ServiceError)
    -> Int32
  {
    if let index = request.program.descriptor {
      guard descriptors.indices.contains(index) else {
        throw ServiceError(.badRequest, "program: descriptor \(index) was not sent")
      }
      return descriptors[index]
    }
    let name = request.program.image ?? ""
    guard let path = images[name] else {
      throw ServiceError(.badRequest, "program: there is no image '\(name)' here")
    }
    do {
      let file = try FileDescriptor.open(FilePath(path), .readOnly, options: .closeOnExec)
      state.withLock { $0.append(file.rawValue) }
      return file.rawValue
    } catch {
      throw ServiceError(.failed, "image \(name): \(path): \(error)")
    }
  }

  func close() {
    let all = state.withLock { open in
      defer { open = [] }
      return open
    }
    for descriptor in all { Glibc.close(descriptor) }
  }

  deinit { close() }
}
