import Catalog
import Ceremony
import Ledger
import Node
import Sodium
import Terms

let ceremonyCommands: [Command] = [
  Command(
    "ceremony offer", summary: "makes this country's offer file; the first step",
    options: [
      homeOption, .needed("--with", "CC"), .needed("--out", "F"), .value("--from", "DATE"), .value("--until", "DATE"),
      .flag("--again"), .value("--root-key", "F"), .value("--passphrase-file", "F"),
    ], run: offer),
  Command(
    "ceremony compare", "F", summary: "takes the other side's offer; shows the code to read aloud",
    options: [homeOption, .flag("--replace-root"), .flag("--json")], positionals: 1...1, run: compare),
  Command(
    "ceremony sign", "F", summary: "signs what was compared, once the code was read aloud",
    options: [
      homeOption, .needed("--code", "CODE"), .needed("--official", "\"NAME, ROLE\"", repeats: true),
      .values("--witness", "\"NAME, ROLE\""), .needed("--out", "G"), .value("--root-key", "F"),
      .value("--passphrase-file", "F"),
    ], positionals: 1...1, run: sign),
  Command(
    "ceremony complete", "G", summary: "takes the other side's signed file; the agreement counts from its first day",
    options: [homeOption], positionals: 1...1, run: complete),
  Command(
    "ceremony show", summary: "how far each ceremony is",
    options: [homeOption, .value("--with", "CC"), .flag("--json")],
    run: show),
  Command(
    "ceremony rehearse", summary: "a whole ceremony on throw-away keys; nothing of it counts",
    options: [homeOption, .needed("--with", "CC")], run: rehearse),
]

/// The years for which an agreement is offered when no dates are given.
private let usualYears: Int64 = 5

private func country(_ arguments: Arguments) throws -> CountryCode {
  do { return try CountryCode(try arguments.needed("--with")) } catch { throw UsageError("\(error)") }
}

/// What the topology proposes for a pair.
func proposedTerms(_ home: Home, with other: CountryCode, _ arguments: Arguments) throws -> AgreementTerms {
  let topology = try home.loadTopology()
  let streams = topology.terms(between: home.config.country, and: other)
  guard !streams.isEmpty else {
    throw CommandFailure(
      "the topology has no pair \(home.config.country)-\(other); add it, then istmo topology install")
  }
  let today = CalendarDay(of: SystemClock().now())
  let (year, month, day) = today.components
  let usualEnd = CalendarDay(year: year + usualYears, month: month, day: day) ?? today
  let from = try arguments.value("--from").map { try CalendarDay($0) } ?? today
  let until = try arguments.value("--until").map { try CalendarDay($0) } ?? usualEnd
  return try AgreementTerms(
    realm: topology.realm, between: home.config.country, and: other, streams: streams, validFrom: from,
    validUntil: until)
}

private func rootKey(_ home: Home, _ arguments: Arguments, _ console: Console) throws -> RootKey {
  let file = try home.rootKeyFile(at: arguments.value("--root-key"))
  return try file.open(passphrase: try Passphrase.existing(arguments, console))
}

private func sayNext(_ state: CeremonyState, _ console: Console) {
  for step in state.nextSteps { console.print("next: \(step.words(of: state.country, with: state.neighbour))") }
}

@Sendable private func offer(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  _ = hardenProcess()
  let out = try arguments.needed("--out")
  let other = try country(arguments)
  let home = try Home.open(arguments.home)
  let terms = try proposedTerms(home, with: other, arguments)
  let now = SystemClock().now()
  let card = try home.card()
  let state: CeremonyState
  // What was kept may be damaged: who begins again does not look at it.
  let earlier = arguments.flag("--again") ? nil : try home.ceremony(with: other)
  if let earlier, try earlier.stillOffers(terms, card: card, now: now) {
    state = earlier
    console.complain("the offer made before still counts; it is written again")
  } else {
    if arguments.flag("--again") || earlier?.step == .offered {
      console.complain(
        "this is a new offer: what was offered, compared or signed with \(other) before counts no more. If \(other) has "
          + "compared the earlier one, it begins again too")
    }
    let root = try rootKey(home, arguments, console)
    state = try CeremonyState.offer(root: root, card: card, terms: terms, SystemEntropy(), now: now)
    try home.keep(state)
  }
  try OutputFile.write(state.offer.bytes, to: out)
  console.write(terms.text)
  console.print("\(out): offer of \(home.config.country) to \(other); not secret")
  sayNext(state, console)
  return statusDone
}

/// The ceremony that an offer or signed file of another country belongs to.
private func ceremony(_ home: Home, with other: CountryCode) throws -> CeremonyState {
  guard let state = try home.ceremony(with: other) else {
    throw CommandFailure("no ceremony with \(other) was begun here: istmo ceremony offer --with \(other) --out FILE")
  }
  return state
}

/// The country a file is of; when it is our own, the ceremony under way tells so by name.
private func partner(_ home: Home, of country: CountryCode, terms: AgreementTerms) -> CountryCode {
  country == home.config.country ? terms.partner(of: country) ?? country : country
}

@Sendable private func compare(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  let home = try Home.open(arguments.home)
  let bytes = try InputFile.read(arguments.positionals[0], longest: Agreement.longest * 2)
  let theirs = try Offer(bytes)
  let other = partner(home, of: theirs.country, terms: theirs.terms)
  var state = try ceremony(home, with: other)
  let code = try state.compare(
    bytes, pinned: try home.pinnedRoot(of: other), replacingPinnedRoot: arguments.flag("--replace-root"),
    now: SystemClock().now())
  try home.keep(state)
  if arguments.flag("--json") {
    console.print(["with": .text(other.description), "code": .text(code.description)])
    return statusDone
  }
  console.print("both offers say the same. The code, twelve groups of five digits:\n")
  for line in code.lines { console.print("    \(line)") }
  console.print("")
  sayNext(state, console)
  return statusDone
}

@Sendable private func sign(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  _ = hardenProcess()
  let code = try arguments.needed("--code")
  let out = try arguments.needed("--out")
  let officials = try people(arguments, "--official")
  let witnesses = try people(arguments, "--witness")
  let home = try Home.open(arguments.home)
  let bytes = try InputFile.read(arguments.positionals[0], longest: Agreement.longest * 2)
  let theirs = try Offer(bytes)
  var state = try ceremony(home, with: partner(home, of: theirs.country, terms: theirs.terms))
  // The passphrase is asked for only when the code is right.
  if let expected = state.code {
    switch expected.compare(code) {
    case .same: break
    case .different(let groups): throw CeremonyError.wrongCode(groups: groups)
    case .notACode(let digits): throw CeremonyError.notACode(digits: digits)
    }
  }
  let root = try rootKey(home, arguments, console)
  let file = try state.sign(
    offer: bytes, code: code, officials: officials, witnesses: witnesses, root: root, now: SystemClock().now())
  try home.keep(state)
  try OutputFile.write(file.bytes, to: out)
  console.print("\(out): signed by \(home.config.country); not secret")
  sayNext(state, console)
  return statusDone
}

private func people(_ arguments: Arguments, _ option: String) throws(UsageError) -> [Official] {
  var people: [Official] = []
  for text in arguments.values(option) {
    do { people.append(try Official(text)) } catch { throw UsageError("\(option): \(error)") }
  }
  return people
}

@Sendable private func complete(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  let home = try Home.open(arguments.home)
  let bytes = try InputFile.read(arguments.positionals[0], longest: Agreement.longest * 2)
  let theirs = try SignedFile(bytes)
  let other = partner(home, of: theirs.minutes.content.country, terms: theirs.agreement.terms)
  var state = try ceremony(home, with: other)
  let result = try state.complete(bytes, now: SystemClock().now())
  try home.keep(result)
  try home.keep(state)
  RunningNode.reload(home)
  console.print("the agreement of \(home.config.country) and \(other) is signed by both")
  console.print("digest: \(result.agreement.digest)")
  if SystemClock().now() < result.agreement.validFrom {
    console.print("it begins on \(result.agreement.terms.validFrom); until then what was agreed before stays in force")
  }
  sayNext(state, console)
  return statusDone
}

@Sendable private func show(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  let home = try Home.open(arguments.home)
  let wanted = arguments.value("--with") == nil ? try home.ceremonies() : [try country(arguments)]
  var status = statusDone
  for other in wanted {
    let state: CeremonyState
    do { state = try ceremony(home, with: other) } catch let error as HomeError {
      // One that is damaged does not hide the others.
      console.complain("\(error)")
      status = statusFailed
      continue
    }
    if arguments.flag("--json") {
      console.print([
        "with": .text(other.description), "step": .text("\(state.step)"), "code": JSONValue(state.code?.description),
      ])
      continue
    }
    console.print("ceremony with \(other): \(state.step)")
    if state.step == .compared, let code = state.code { for line in code.lines { console.print("    \(line)") } }
    sayNext(state, console)
  }
  return status
}

@Sendable private func rehearse(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  let home = try Home.open(arguments.home)
  let terms = try proposedTerms(home, with: try country(arguments), arguments)
  for line in try Rehearsal.rehearse(terms, SystemEntropy(), now: SystemClock().now()).transcript {
    console.print(line)
  }
  return statusDone
}
