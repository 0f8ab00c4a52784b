import Catalog
import Ceremony
import HTTP
import Node
import Sodium
import Terms

let backupCommands: [Command] = [
  Command(
    "backup", "FILE", summary: "writes an encrypted, verified backup of the home, while the node goes on",
    options: [
      homeOption, .flag("--json"), .flag("--without-attachments"), .value("--passphrase-file", "F"),
      .value("--storage-passphrase-file", "F"),
    ], positionals: 1...1, run: backUp),
  Command(
    "restore", "FILE", summary: "makes a home of a backup; or goes on without a neighbour that stays away",
    options: [
      homeOption, .flag("--json"), .value("--passphrase-file", "F"),
      .value("--storage-key", "file|credential|passphrase"),
      .value("--storage-passphrase-file", "F"), .flag("--clock-is-right"), .value("--accept-without", "CC"),
      .value("--reason", "TEXT"),
    ], positionals: 0...1, run: restore),
]

@Sendable private func backUp(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  _ = hardenProcess()
  let file = arguments.positionals[0]
  let home = try Home.open(arguments.home)
  let source = try StorageKeySource(
    home.config.storageKey, environment: Environment.all, passphraseFile: arguments.value("--storage-passphrase-file"))
  let storage = try home.storageKey(source)
  let passphrase = try Passphrase.new(arguments, "--passphrase-file", console, of: "the backup")
  let sealer = try BackupSealer(
    file, home: home, storage: storage, passphrase: passphrase, work: Passphrase.work(console), SystemEntropy())
  let access = try NodeAccess(arguments, console)
  defer { access.close() }
  var query: [(name: String, value: String)] = []
  if arguments.flag("--without-attachments") { query.append(("attachments", "no")) }
  try access.pieces(.init(.get, "/v1/backup", query: query)) { piece in try sealer.append(piece) }
  let kept = try sealer.finish()
  try home.keep(backup: BackupNote(kept))
  if arguments.flag("--json") {
    console.print([
      "file": .text(file), "made": .text(kept.about.made.wholeSeconds), "bytes": JSONValue(kept.byteCount),
      "sha256": .text(kept.digest.description), "entries": JSONValue(kept.about.entries),
      "attachments": .boolean(kept.about.hasAttachments),
    ])
    return statusDone
  }
  console.print(
    "\(file): \(kept.about.country) as of \(kept.about.made.wholeSeconds), \(kept.about.entries) entries, "
      + "\(kept.byteCount) bytes\(kept.about.hasAttachments ? "" : ", without attachments"); read back and verified")
  console.print("SHA-256 \(kept.digest)")
  console.print("Its passphrase alone opens it: keep the file elsewhere, and the passphrase elsewhere than the file.")
  return statusDone
}

@Sendable private func restore(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  if let text = arguments.value("--accept-without") { return try goOn(without: text, arguments, console) }
  guard let file = arguments.positionals.first else { throw UsageError("name the backup, or --accept-without CC") }
  guard arguments.value("--reason") == nil else { throw UsageError("--reason goes with --accept-without") }
  _ = hardenProcess()
  guard let kind = StorageKeyKind(rawValue: arguments.value("--storage-key") ?? "file") else {
    throw UsageError("--storage-key takes file, credential or passphrase")
  }
  let source = try StorageKeySource(
    kind, environment: Environment.all, passphraseFile: arguments.value("--storage-passphrase-file"))
  let passphrase = try Passphrase.existing(arguments, console, of: "the backup")
  let (home, about) = try Home.restore(
    file, to: arguments.home, passphrase: passphrase, storage: source, work: Passphrase.work(console),
    SystemEntropy(), now: SystemClock().now())
  let access = try NodeAccess(arguments, console)
  defer { access.close() }
  let erasure = try eraseDue(access, isClockRight: arguments.flag("--clock-is-right"))
  let report = try verify(access, console)
  let status = report["clean"] == .boolean(true) ? statusDone : statusFailed
  if arguments.flag("--json") {
    console.print([
      "home": .text(home.path), "country": .text(about.country.description), "made": .text(about.made.wholeSeconds),
      "entries": JSONValue(about.entries), "attachments": .boolean(about.hasAttachments), "erasure": erasure,
      "verify": report,
    ])
    return status
  }
  console.print(
    "\(home.path): home of \(about.country) in \(about.realm) as of \(about.made.wholeSeconds), \(about.entries) entries"
      + (about.hasAttachments ? "" : "; its attachments were not in the backup"))
  say(erased: erasure, console)
  say(verified: report, console)
  console.print(
    "istmo run asks the neighbours for what was signed since. Nothing is published before they have answered:")
  console.print(
    "istmo status shows whom it waits for. A neighbour that stays away: istmo restore --accept-without CC --reason TEXT"
  )
  return status
}

/// A backup brings back what was erased after it: gone again before anybody can read it, when the clock is believed.
private func say(erased result: JSONValue, _ console: Console) {
  if case .number(let count) = result["erased_now"], count > 0 {
    console.print("\(count) entries that were past their retention were erased again")
  }
  guard let report = result["retention"], case .number(let due) = report["due"], due > 0 else { return }
  console.complain(
    "\(due) entries are past their retention by this machine's clock and are still here"
      + (report["obstacle"]?.string.map { ": \($0)" } ?? "; the node erases them when it runs"))
}

private func goOn(without text: String, _ arguments: Arguments, _ console: Console) throws -> Int32 {
  guard arguments.positionals.isEmpty else { throw UsageError("--accept-without takes no backup") }
  guard let reason = arguments.value("--reason"), !reason.isEmpty else { throw UsageError("--reason is needed") }
  let country: CountryCode
  do { country = try CountryCode(text) } catch { throw UsageError("\(error)") }
  let access = try NodeAccess(arguments, console)
  defer { access.close() }
  let standing = try access.json(
    .init(.post, "/v1/backup", query: [("without", country.description), ("reason", reason)]), upload: .bytes([]))
  if arguments.flag("--json") {
    console.print(standing)
  } else {
    let awaited = standing.items("awaited").compactMap(\.string).joined(separator: ", ")
    console.print(
      "\(country) is not waited for: what it alone holds stays there until it is heard, and streams to it are signed then. "
        + (awaited.isEmpty ? "Publishing goes on." : "Still waited for: \(awaited)"))
  }
  return statusDone
}
