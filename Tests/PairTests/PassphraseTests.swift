import Foundation
import Testing

/// A passphrase typed on a terminal.
@Suite struct PassphraseTests {
  /// Asks on a terminal of its own, sends what `act` says once the echo is off, and prints how the program ended and whether
  /// the terminal echoes again.
  private static let script = """
    import fcntl, os, pty, signal, sys, termios, time
    act, program, words = sys.argv[1], sys.argv[2], sys.argv[2:]
    # A shell of one command: the leader of a session, whose child has the terminal. Only so can the child be stopped.
    shell = os.fork()
    if shell: sys.exit(os.waitstatus_to_exitcode(os.waitpid(shell, 0)[1]))
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    signal.alarm(60)
    os.setsid()
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    echoes = lambda: bool(termios.tcgetattr(slave)[3] & termios.ECHO)
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        os.tcsetpgrp(slave, os.getpgrp())
        signal.signal(signal.SIGTTOU, signal.SIG_DFL)
        for fd in (0, 1, 2): os.dup2(slave, fd)
        os.execv(program, words)
    for _ in range(1000):
        if not echoes(): break
        time.sleep(0.02)
    else: sys.exit('the echo was never off')
    if act == 'INT': os.write(master, b'half a pass' + bytes([3]))
    elif act == 'TSTP':
        os.kill(child, signal.SIGTSTP)
        os.waitpid(child, os.WUNTRACED)
        print('stopped, echo', echoes())
        os.kill(child, signal.SIGCONT)
        while echoes(): time.sleep(0.02)
        os.kill(child, signal.SIGTERM)
    elif act == 'TERM': os.kill(child, signal.SIGTERM)
    else: os.write(master, act.encode() + b'\\n')
    # A terminal holds a few kilobytes: who does not read it on, stops the program.
    os.set_blocking(master, False)
    said, ended = b'', None
    while True:
        try: said += os.read(master, 65536)
        except BlockingIOError:
            if ended is not None: break
            process, status = os.waitpid(child, os.WNOHANG)
            if process: ended = status
            else: time.sleep(0.02)
    print('signal', os.WTERMSIG(ended) if os.WIFSIGNALED(ended) else 'none', 'echo', echoes())
    print(said.decode(), end='')
    """

  private func ask(_ act: String) async throws -> String {
    let pair = try await Pair(agreed: false)
    let said = try await Foreign.run(
      "/usr/bin/python3",
      [
        "-c", Self.script, act, Istmo.path, "ceremony", "offer", "--with", "GT", "--out", pair.file("offer", pair.a),
        "--home", pair.a.home,
      ])
    #expect(said.ending == .exit(0), "\(said.errors)")
    return said.output
  }

  @Test(arguments: [("INT", SIGINT), ("TERM", SIGTERM)])
  func aSignalAtTheQuestionLeavesATerminalThatEchoes(act: String, signal: Int32) async throws {
    let said = try await ask(act)
    #expect(said.hasPrefix("signal \(signal) echo True\n"), "\(said)")
  }

  @Test func aProgramThatIsStoppedAtTheQuestionAsksAgainWhenItGoesOn() async throws {
    let said = try await ask("TSTP")
    #expect(said.hasPrefix("stopped, echo True\nsignal \(SIGTERM) echo True\n"), "\(said)")
    #expect(said.components(separatedBy: "Passphrase of the root key: ").count == 3)
  }

  @Test func whatIsTypedIsTakenAndNotShown() async throws {
    let said = try await ask(Pair.passphrase)
    #expect(said.hasPrefix("signal none echo True\n"), "\(said)")
    #expect(said.contains("offer of SV to GT") && !said.contains(Pair.passphrase), "\(said)")
  }
}
