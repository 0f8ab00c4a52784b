import Catalog
import Dispatch
import Glibc
import Synchronization

/// Standard output and error, or what would have gone there.
final class Console: Sendable {
  /// What a command wrote instead of writing it to the process's own output.
  final class Transcript: Sendable {
    private let streams = Mutex<[Int32: [UInt8]]>([:])
    fileprivate func add(_ bytes: [UInt8], to descriptor: Int32) {
      streams.withLock { $0[descriptor, default: []] += bytes }
    }
    private func text(_ descriptor: Int32) -> String {
      String(decoding: streams.withLock { $0[descriptor] ?? [] }, as: UTF8.self)
    }
    /// What went to standard output.
    var output: String { text(STDOUT_FILENO) }
    /// What went to standard error.
    var complaints: String { text(STDERR_FILENO) }
  }

  /// What a person sees: the progress line, and since when nothing was written.
  private struct Shown {
    var progress = ""
    var progressIsShown = false
    var isAsking = false
    var quietSince = ContinuousClock.now
  }

  private let shown = Mutex(Shown())
  private let transcript: Transcript?

  /// Whether a person sees standard error: only then is progress shown.
  let isTerminal: Bool

  /// The process's own output, or a transcript.
  init(_ transcript: Transcript? = nil) {
    self.transcript = transcript
    isTerminal = transcript == nil && isatty(STDERR_FILENO) == 1
  }

  /// A line on standard output.
  func print(_ line: String = "") { write(line + "\n", to: STDOUT_FILENO) }

  /// Text on standard output as it is.
  func write(_ text: String) { write(text, to: STDOUT_FILENO) }

  /// Bytes on standard output as they are.
  func write(_ bytes: [UInt8]) { write(bytes, to: STDOUT_FILENO) }

  /// A JSON value on a line.
  func print(_ value: JSONValue) { print(value.json) }

  /// A line on standard error.
  func complain(_ line: String) {
    endProgress()
    write("\(line)\n", to: STDERR_FILENO)
  }

  /// A line on standard error that the next one takes the place of; only on a terminal.
  func progress(_ text: String) {
    guard isTerminal else { return }
    shown.withLock {
      $0.progress = text
      $0.progressIsShown = true
    }
    write("\r\(text)\u{1B}[K", to: STDERR_FILENO)
  }

  /// Takes the progress line away.
  func endProgress() {
    let wasShown = shown.withLock { shown in
      defer { (shown.progressIsShown, shown.progress) = (false, "") }
      return shown.progressIsShown
    }
    if wasShown { write("\r\u{1B}[K", to: STDERR_FILENO) }
  }

  /// Runs work that may take longer than a second; a person at a terminal then sees that it goes on, and for how long.
  func patiently<R>(_ work: () throws -> R) rethrows -> R {
    guard isTerminal else { return try work() }
    let started = ContinuousClock.now
    let queue = DispatchQueue(label: "istmo-patience")
    let timer = DispatchSource.makeTimerSource(queue: queue)
    timer.schedule(deadline: .now() + 1, repeating: 0.5)
    timer.setEventHandler { [self] in
      let text: String? = shown.withLock { shown in
        guard !shown.isAsking, ContinuousClock.now - shown.quietSince >= .milliseconds(900) else { return nil }
        shown.progressIsShown = true
        return shown.progress.isEmpty ? "working" : shown.progress
      }
      guard let text else { return }
      let seconds = Int64((ContinuousClock.now - started) / .seconds(1))
      put(Array("\r\(text), \(seconds) s\u{1B}[K".utf8), to: STDERR_FILENO)
    }
    timer.resume()
    defer {
      timer.cancel()
      // Nothing of it comes after what the command says last.
      queue.sync {}
      endProgress()
    }
    return try work()
  }

  /// A question on standard error, where the answer is typed behind it; nothing is written over it until `answered`.
  func ask(_ question: String) {
    endProgress()
    shown.withLock { $0.isAsking = true }
    write(question, to: STDERR_FILENO)
  }

  /// The answer was given, or is not awaited any more.
  func answered() { shown.withLock { $0.isAsking = false } }

  private func write(_ text: String, to descriptor: Int32) { write(Array(text.utf8), to: descriptor) }

  private func write(_ bytes: [UInt8], to descriptor: Int32) {
    shown.withLock { $0.quietSince = .now }
    put(bytes, to: descriptor)
  }

  private func put(_ bytes: [UInt8], to descriptor: Int32) {
    if let transcript { return transcript.add(bytes, to: descriptor) }
    bytes.withUnsafeBytes { buffer in
      var written = 0
      while written < buffer.count {
        let count = Glibc.write(descriptor, buffer.baseAddress?.advanced(by: written), buffer.count - written)
        if count > 0 { written += count } else if errno != EINTR { return }
      }
    }
  }
}
