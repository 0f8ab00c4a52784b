import Catalog
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

  private let progressIsShown = Mutex(false)
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
    progressIsShown.withLock { $0 = true }
    write("\r\(text)\u{1B}[K", to: STDERR_FILENO)
  }

  /// Takes the progress line away.
  func endProgress() {
    let wasShown = progressIsShown.withLock { shown in
      defer { shown = false }
      return shown
    }
    if wasShown { write("\r\u{1B}[K", to: STDERR_FILENO) }
  }

  /// A question on standard error, where the answer is typed behind it.
  func ask(_ question: String) { write(question, to: STDERR_FILENO) }

  private func write(_ text: String, to descriptor: Int32) { write(Array(text.utf8), to: descriptor) }

  private func write(_ bytes: [UInt8], to descriptor: Int32) {
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
