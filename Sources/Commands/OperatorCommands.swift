import Catalog
import Ceremony
import Ledger
import Node
import Officers
import Sodium
import Terms

private let identityOptions = [
  homeOption, .needed("--operator", "ID"), .value("--password-file", "F"), .value("--code", "DIGITS"),
  storagePassphraseOption,
]

let operatorCommands: [Command] = [
  Command(
    "operators",
    summary: "the operators' log, every signature verified: what was proposed and decided, and done alone here",
    options: [
      homeOption, .flag("--json"), .value("--checkpoint", "OUT"), .value("--since", "F"), storagePassphraseOption,
    ], run: showOperators),
  Command(
    "operators propose", "ACT OF",
    summary: "proposes what two operators decide: suspend CC, resume CC, disable-key KIND, enable-key KIND",
    options: identityOptions + [.needed("--reason", "TEXT")], positionals: 2...2, run: propose),
  Command(
    "operators confirm", "N", summary: "confirms another operator's proposal; it is done at once",
    options: identityOptions, positionals: 1...1,
    run: { arguments, console in
      try decide(arguments, console, "confirmed and done") { try $0.decide($1, confirms: true, by: $2) }
    }),
  Command(
    "operators reject", "N", summary: "rejects another operator's proposal", options: identityOptions,
    positionals: 1...1,
    run: { arguments, console in
      try decide(arguments, console, "rejected") { try $0.decide($1, confirms: false, by: $2) }
    }),
  Command(
    "operators withdraw", "N", summary: "takes an own proposal back", options: identityOptions, positionals: 1...1,
    run: { arguments, console in
      try decide(arguments, console, "taken back") { try $0.withdraw($1, by: $2) }
    }),
]

// MARK: The log

@Sendable private func showOperators(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  let operators = try LoneOperator(arguments)
  let storage = try operators.storageKey()
  let file: OperatorLogFile
  if let kept = arguments.value("--since") {
    let checkpoint = try SignedCheckpoint(try InputFile.read(kept, longest: SignedNote.longest))
    file = try operators.home.compareOperatorLog(storage, with: checkpoint)
    console.complain("the log begins with the \(checkpoint.checkpoint.size) lines over which \(kept) was signed")
  } else {
    file = try operators.home.operatorLog(storage, everySignature: true)
  }
  if let out = arguments.value("--checkpoint") {
    guard let checkpoint = file.checkpoint else { throw CommandFailure("the operators' log has no line yet") }
    try OutputFile.write(checkpoint.bytes, to: out)
  }
  let now = file.log.moment(SystemClock().now())
  for event in file.log.events {
    if arguments.flag("--json") {
      console.print(event.json)
    } else {
      console.print(line(event, file.log, now))
    }
  }
  if !arguments.flag("--json") {
    console.print(
      "\(file.log.events.count) lines, every signature holds"
        + (file.checkpoint.map { ", root \($0.checkpoint.root)" } ?? ""))
  }
  return statusDone
}

private func line(_ event: OperatorEvent, _ log: OperatorLog, _ now: Instant) -> String {
  let start = "\(event.number)  \(event.time.wholeSeconds)  \(event.by.isEmpty ? "the node" : event.by): "
  switch event.kind {
  case .proposed(let act, let reason):
    var fate = ""
    if let proposal = log.proposal(event.number), proposal.decision == nil {
      fate =
        proposal.isOpen(at: now)
        ? " (waits for another operator until \(proposal.lapses.wholeSeconds))" : " (lapsed)"
    }
    return "\(start)proposes to \(act.sentence); reason: \(reason)\(fate)"
  case .confirmed(let number): return "\(start)confirms \(number)"
  case .rejected(let number): return "\(start)rejects \(number)"
  case .withdrawn(let number): return "\(start)takes \(number) back"
  case .done(let number): return "\(start)did \(number)"
  case .alone(let act, let reason):
    return "\(start)alone: \(act.sentence)\(reason.isEmpty ? "" : "; reason: \(reason)")"
  case .account(let officer, let change): return "\(start)account \(officer): \(change.rawValue)"
  }
}

// MARK: Decisions of two

/// An operator who has shown on this machine who he is, as at the desk: password, and the second factor's code where there is one.
private struct NamedOperator {
  let id: String
  let home: Home
  let acts: OperatorActs

  init(_ arguments: Arguments, _ console: Console) throws {
    let operators = try LoneOperator(arguments)
    let (home, keys) = (operators.home, try operators.keys())
    let id = try arguments.needed("--operator")
    let officer = try home.officers(keys.storage).first { $0.id == id && !$0.isDisabled }
    let typed =
      if let file = arguments.value("--password-file") { try readPassphrase(file: file) } else {
        SecretPrompt.ask("Password of \(id.prefix(40)): ", console)
      }
    guard let officer, officer.password.isOf(typed) else {
      throw CommandFailure("unknown officer, wrong password or disabled; istmo officer list shows the officers")
    }
    if officer.secondFactor != nil {
      try Self.take(arguments.value("--code") ?? Self.askedCode(console), of: id, home, keys.storage)
    } else if !Set(home.config.deskSecondFactor).isDisjoint(with: officer.roles) {
      throw CommandFailure("\(id) must have a second factor; it is set up at the desk, at /account")
    }
    (self.id, self.home) = (id, home)
    acts = OperatorActs(
      documents: try HomeDocuments(home), keys: keys, clock: SystemClock(), log: { _, _, _ in },
      reload: { RunningNode.reload(home) })
  }

  private static func askedCode(_ console: Console) -> String {
    SecretPrompt.ask("Code of the second factor: ", console).withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
  }

  /// Uses a code up, durably, before it counts.
  private static func take(
    _ code: String, of id: String, _ home: Home, _ storage: borrowing SymmetricKey
  ) throws {
    try home.changeOfficers(storage, SystemEntropy()) { officers in
      guard let place = officers.firstIndex(where: { $0.id == id && !$0.isDisabled }),
        officers[place].secondFactor?.take(code, at: SystemClock().now()) == true
      else { throw CommandFailure("the code is wrong, or was used already; wait for the next one") }
    }
  }
}

@Sendable private func propose(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  let person = try NamedOperator(arguments, console)
  let act = try act(arguments.positionals[0], arguments.positionals[1], person.home)
  let number = try person.acts.propose(act, reason: try arguments.needed("--reason"), by: person.id)
  console.print(
    "proposal \(number): \(act.sentence); another operator within a day: istmo operators confirm \(number) --operator ID"
  )
  return statusDone
}

private func act(_ word: String, _ subject: String, _ home: Home) throws -> OperatorAct {
  switch word {
  case "suspend", "resume":
    let country: CountryCode
    do { country = try CountryCode(subject) } catch { throw UsageError(error.description) }
    return word == "suspend"
      ? .suspend(country) : .resume(country, suspension: try home.suspension(of: country) ?? "")
  case "disable-key", "enable-key":
    let kind = try cardKey(subject)
    let key = try home.card().content[kind].description
    return word == "disable-key" ? .disableKey(kind.rawValue, key: key) : .enableKey(kind.rawValue, key: key)
  default:
    throw UsageError("there is no act \(word.prefix(40)); there are suspend, resume, disable-key, enable-key")
  }
}

private func decide(
  _ arguments: Arguments, _ console: Console, _ word: String,
  _ body: (OperatorActs, UInt64, String) throws -> Void
) throws -> Int32 {
  guard let number = UInt64(arguments.positionals[0]) else {
    throw UsageError("\(arguments.positionals[0].prefix(40)) is no number of a proposal; istmo operators shows them")
  }
  let person = try NamedOperator(arguments, console)
  try body(person.acts, number, person.id)
  console.print("proposal \(number): \(word)")
  return statusDone
}
