import Glibc
import Sodium

/// Asks for a secret on the terminal without echo. Whatever ends the program meanwhile, the terminal gets its echo back first;
/// what is typed goes into guarded memory only.
enum SecretPrompt {
  /// The longest answer, in bytes.
  static let longest = 1024
  /// How often it is looked whether a signal waits, in milliseconds.
  private static let patience: Int32 = 100
  /// What ends or stops a program from outside while it waits for its user.
  private static let signals = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP]

  /// Asks and waits for a line. The end of input ends the answer too.
  static func ask(_ question: String, _ console: Console) -> SecretBytes {
    var (waiting, before) = (sigset_t(), sigset_t())
    sigemptyset(&waiting)
    for signal in signals { sigaddset(&waiting, signal) }
    // Held back, so that they find the terminal as it was.
    pthread_sigmask(SIG_BLOCK, &waiting, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    var shown = hideTyping()
    defer {
      show(&shown, console)
      console.answered()
    }
    // Only now: what is typed at once is neither shown nor lost.
    console.ask(question)
    var count = 0
    let typed = SecretBytes(count: longest) { buffer in
      var input = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
      while count < buffer.count {
        if isSignalled() {
          show(&shown, console)
          // Most end the program here. One that stopped it and let it go on leads to the question again.
          pthread_sigmask(SIG_SETMASK, &before, nil)
          pthread_sigmask(SIG_BLOCK, &waiting, nil)
          (count, shown) = (0, hideTyping())
          console.ask(question)
        }
        guard poll(&input, 1, patience) > 0 else { continue }
        let place = UnsafeMutableRawBufferPointer(rebasing: buffer[count..<(count + 1)])
        guard read(STDIN_FILENO, place.baseAddress, 1) == 1, place[0] != 0x0A else { break }
        count += 1
      }
    }
    return SecretBytes(count: count) { out in
      typed.withUnsafeBytes { out.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0.prefix(count))) }
    }
  }

  private static func isSignalled() -> Bool {
    var pending = sigset_t()
    sigemptyset(&pending)
    sigpending(&pending)
    return signals.contains { sigismember(&pending, $0) == 1 }
  }

  /// Turns the echo off; gives the terminal as it was, nil when standard input is none.
  private static func hideTyping() -> termios? {
    var before = termios()
    guard tcgetattr(STDIN_FILENO, &before) == 0 else { return nil }
    var silent = before
    silent.c_lflag &= ~tcflag_t(ECHO)
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
    return before
  }

  private static func show(_ before: inout termios?, _ console: Console) {
    guard var settings = before else { return }
    before = nil
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
    console.complain("")
  }
}
