import Catalog
import Dispatch
import Glibc
import HTTP
import Node
import Terms

let runCommands: [Command] = [
  Command(
    "run", summary: "runs the node: links with neighbours, API and desk; SIGTERM ends it",
    options: [
      homeOption, .value("--listen", "HOST:PORT"), .value("--desk", "HOST:PORT"), .flag("--no-desk"),
      .value("--log", "debug|info|warning|error"), .value("--storage-passphrase-file", "F"),
      .flag("--end-with-input"),
    ], isLasting: true, run: runNode),
  Command(
    "status", summary: "how every stream stands; exit 1 if anything agreed is not flowing",
    options: [homeOption, .flag("--json"), .flag("--watch"), .value("--storage-passphrase-file", "F")], run: showStatus),
]

@Sendable private func runNode(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  guard let level = LogLevel(rawValue: arguments.value("--log") ?? "info") else {
    throw UsageError("--log takes debug, info, warning or error")
  }
  // Blocked before any thread starts, so that every thread leaves these signals to the wait below.
  var signals = sigset_t()
  sigemptyset(&signals)
  sigaddset(&signals, SIGTERM)
  sigaddset(&signals, SIGINT)
  pthread_sigmask(SIG_BLOCK, &signals, nil)
  if arguments.flag("--end-with-input") { endWithInput() }

  let writer = LogWriter(least: level)
  let node = try OpenedNode(arguments) { writer.write($0, $1, $2) }
  defer { node.stop() }
  let config = node.home.config
  let listen = try arguments.value("--listen").map { try ListenAddress($0) } ?? config.link
  let desk =
    arguments.flag("--no-desk") ? nil : try arguments.value("--desk").map { try ListenAddress($0) } ?? config.desk
  let linkPort = try node.link(listen: listen)
  let deskPort = try node.serve(tcp: desk)
  var line = "\(config.country) ready: link \(listen.host):\(linkPort ?? 0)"
  if let desk, let deskPort { line += ", API http://\(desk.host):\(deskPort)" }
  console.print("\(line), home \(node.home.path)")
  var signal: Int32 = 0
  sigwait(&signals, &signal)
  writer.write(.info, "node", "stopping")
  return statusDone
}

/// Ends the node, as SIGTERM does, when standard input ends: whoever started it holds the other end of a pipe and need do
/// nothing to end it, not even live.
private func endWithInput() {
  DispatchQueue(label: "istmo-input").async {
    var bytes = [UInt8](repeating: 0, count: 1 << 10)
    while true {
      let count = read(STDIN_FILENO, &bytes, bytes.count)
      if count == 0 || count < 0 && errno != EINTR { break }
    }
    kill(getpid(), SIGTERM)
  }
}

@Sendable private func showStatus(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  guard arguments.flag("--watch") else {
    let access = try NodeAccess(arguments, console)
    defer { access.close() }
    let status = try access.json(.init(.get, "/v1/status"))
    if arguments.flag("--json") { console.print(status) } else { console.write(StatusText.text(of: status)) }
    return status["flowing"] == .boolean(true) ? statusDone : statusFailed
  }
  // Only a running node is watched: a home that this opened would be locked when its node is to start. Watching goes on
  // over a node's end and new start.
  let client = NodeAccess.runningNode(of: arguments.home)
  _ = try Home.open(arguments.home)
  while true {
    let status = Result { try NodeAccess.status(client) }
    switch (status, arguments.flag("--json")) {
    case (.success(let status), true): console.print(status)
    case (.success(let status), false): console.write("\u{1B}[H\u{1B}[2J" + StatusText.text(of: status))
    case (.failure, true): console.print(["running": false, "home": .text(arguments.home)])
    case (.failure(let error), false):
      console.write("\u{1B}[H\u{1B}[2Jthe node of \(arguments.home) does not run, waiting for it: \(error)\n")
    }
    sleep(1)
  }
}
