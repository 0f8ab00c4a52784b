import CMicroHTTPD
import Glibc
import Synchronization

/// One request from its first line to the end of its answer: the state between libmicrohttpd's callbacks, which come on
/// one server thread, and the handler's answer, which comes from any.
///
/// `@unchecked`: the C pointer and the state are touched only under `lock`. MHD takes its own mutex inside
/// `MHD_suspend_connection` and `MHD_resume_connection` and holds none when it calls back, so that the order of locks
/// is always this one first.
final class Conversation: @unchecked Sendable {
  private enum Phase {
    /// The head is being read.
    case head
    /// The handler takes the upload.
    case upload
    /// The upload is complete and the handler knows.
    case finished
    /// The answer is with MHD.
    case replying
    /// The refusal was written past MHD; the rest of the upload is thrown away, then the connection is cut.
    case cutting
  }

  let connection: Connection
  private let target: [UInt8]
  private let lock = Mutex(())
  private var phase = Phase.head
  private var mhd: OpaquePointer?
  private var suspended = false
  /// `resume` came since the last piece was given, perhaps before the pause that it answers took effect.
  private var resumed = false
  private var uploading = false
  private var ended = false
  private var handler: (any Handler)?
  private var response: Response?
  private var uploadLeft: UInt64?
  private var thrownAway: UInt64 = 0

  init(connection: Connection, target: [UInt8]) {
    self.connection = connection
    self.target = target
  }

  // MARK: From any thread

  func answer(_ response: Response) {
    let late = lock.withLock { _ in
      guard self.response == nil, !ended else { return true }
      self.response = response
      wake()
      return false
    }
    if late { response.body.stream?.closed() }
  }

  func resumeUpload() {
    lock.withLock { _ in
      resumed = true
      if response == nil { wake() }
    }
  }

  /// A stream that had nothing has something, or the server closes.
  func resumeAny() { lock.withLock { _ in wake() } }

  private func wake() {
    guard suspended, let mhd else { return }
    suspended = false
    if uploading { connection.uploadResumes() }
    MHD_resume_connection(mhd)
  }

  // MARK: On the server thread

  /// Called again and again by MHD: after the head, for each piece of the upload, and when there is no more.
  func step(
    _ mhd: OpaquePointer, method: UnsafePointer<CChar>, piece: UnsafeRawBufferPointer, server: ServerCore
  ) -> (result: MHD_Result, taken: Int) {
    if server.isClosing { return (.NO, 0) }
    if phase == .head { return (begin(mhd, method: method, server: server), 0) }
    return piece.isEmpty ? (complete(mhd, server: server), 0) : receive(mhd, piece, server: server)
  }

  private func begin(_ mhd: OpaquePointer, method: UnsafePointer<CChar>, server: ServerCore) -> MHD_Result {
    phase = .upload
    connection.headIsWhole(self)
    server.requestBegins()
    let request: Request
    switch RequestReader.read(mhd, method: String(cString: method), target: target, peer: connection.peer) {
    case .success(let read): request = read
    case .failure(let refusal):
      server.log("\(connection.peer): refused with \(refusal.status): \(refusal.detail)")
      server.meter.note(.headRefused)
      // Where the head is not understood, neither is where the next request starts: queued this early, MHD closes.
      return queue(Problem(status: refusal.status, detail: refusal.detail).response, mhd, server: server)
    }
    if server.isStopping {
      let problem = Problem(status: 503, detail: "the node is stopping; try again when it is back")
      return queue(problem.response, mhd, server: server)
    }
    uploadLeft = request.contentLength
    lock.withLock { _ in
      self.mhd = mhd
      uploading = uploadLeft != 0
    }
    if uploadLeft != 0 { connection.uploadResumes() }
    let handler = server.service.begin(request, Caller(conversation: self, server: server))
    self.handler = handler
    guard uploadLeft != 0, let early = answered else { return .YES }
    if request.headers["Expect"] != nil { return queue(early, mhd, server: server) }
    if !canDrain { cut(early, mhd, server: server) }
    return .YES
  }

  private func receive(
    _ mhd: OpaquePointer, _ piece: UnsafeRawBufferPointer, server: ServerCore
  ) -> (MHD_Result, Int) {
    // With chunked uploads MHD offers what it has buffered although the connection was just suspended.
    let waits = lock.withLock { _ in
      resumed = false
      return suspended
    }
    if waits { return (.YES, 0) }
    let count = UInt64(piece.count)
    connection.uploaded(count)
    if let left = uploadLeft { uploadLeft = left - min(left, count) }
    if let early = answered {
      thrownAway = min(thrownAway, .max - count) + count
      if phase == .cutting { return (thrownAway <= Limits.lingerBytes ? .YES : .NO, piece.count) }
      if !canDrain { cut(early, mhd, server: server) }
      return (.YES, piece.count)
    }
    if handler?.receive(piece) == .pause {
      lock.withLock { _ in if response == nil, !resumed { suspend(mhd, server: server) } }
    }
    return (.YES, piece.count)
  }

  private func complete(_ mhd: OpaquePointer, server: ServerCore) -> MHD_Result {
    switch phase {
    case .cutting: return .NO
    case .upload:
      phase = .finished
      uploadEnds()
      if answered == nil { handler?.finish() }
    case .head, .finished, .replying: break
    }
    let ready: Response? = lock.withLock { _ in
      if response == nil { suspend(mhd, server: server) }
      return response
    }
    return ready.map { queue($0, mhd, server: server) } ?? .YES
  }

  private func uploadEnds() {
    lock.withLock { _ in uploading = false }
    connection.uploadEnds()
  }

  /// The answer was handed over or the connection broke; no callback follows.
  func end(_ outcome: Outcome, server: ServerCore) {
    let unsent: Response? = lock.withLock { _ in
      (mhd, suspended, ended) = (nil, false, true)
      defer { response = nil }
      return response
    }
    if phase != .replying, phase != .cutting {
      unsent?.body.stream?.closed()
      if phase != .head { server.requestIsAnswered() }
    }
    // The handler holds the caller, the caller this, and this the handler.
    handler?.end(phase == .cutting ? .answered : outcome)
    handler = nil
    if phase != .head { server.requestEnds() }
    connection.requestEnds()
  }

  // MARK: Answers

  private var answered: Response? { lock.withLock { _ in response } }

  private var canDrain: Bool {
    guard let uploadLeft else { return thrownAway < Limits.drainBytes }
    return uploadLeft <= Limits.drainBytes
  }

  /// Under the lock. The pause of the resume-all at the end of a server comes after `isClosing`, so either it sees this
  /// connection suspended or this sees that the server closes.
  private func suspend(_ mhd: OpaquePointer, server: ServerCore) {
    guard !suspended, !server.isClosing else { return }
    suspended = true
    connection.uploadPauses()
    MHD_suspend_connection(mhd)
  }

  private func queue(_ response: Response, _ mhd: OpaquePointer, server: ServerCore) -> MHD_Result {
    phase = .replying
    server.requestIsAnswered()
    uploadEnds()
    return Reply.queue(response, on: mhd, of: self, server: server)
  }

  /// MHD cannot answer in the middle of an upload. Nothing of an answer is buffered there, so the refusal is written to
  /// the socket directly.
  private func cut(_ response: Response, _ mhd: OpaquePointer, server: ServerCore) {
    phase = .cutting
    server.requestIsAnswered()
    server.meter.note(status: response.status)
    let bytes = Reply.bytes(response)
    let socket = istmo_mhd_socket(mhd)
    let sent = bytes.withUnsafeBytes { istmo_send(socket, $0.baseAddress, $0.count) }
    if sent < bytes.count { server.log("\(connection.peer): a refusal could not be sent") }
  }

  /// Asks a stream for its next piece; suspends the connection when it has none yet.
  func pull(_ stream: any ResponseStream, max: Int, server: ServerCore, _ awake: Awake) -> StreamPiece {
    while !server.isClosing {
      awake.clear()
      switch stream.next(max: max, wake: { [weak self] in if awake.set() { self?.resumeAny() } }) {
      case .later: break
      case .bytes(let bytes) where bytes.isEmpty: break
      case let piece: return piece
      }
      let sleeps = lock.withLock { _ in
        if let mhd, !awake.isSet { suspend(mhd, server: server) }
        return suspended
      }
      if sleeps { return .later }
    }
    return .failed
  }
}

/// Whether a stream was woken since it was last asked.
final class Awake: Sendable {
  private let flag = Atomic(false)

  var isSet: Bool { flag.load(ordering: .sequentiallyConsistent) }
  func clear() { flag.store(false, ordering: .sequentiallyConsistent) }
  /// Whether this call was the one that woke it.
  func set() -> Bool { !flag.exchange(true, ordering: .sequentiallyConsistent) }
}
