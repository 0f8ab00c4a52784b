import Catalog
import Ceremony
import Node
import Officers
import Terms

let agreementCommands: [Command] = [
  Command(
    "agreement list", summary: "agreements with all neighbours", options: [homeOption, .flag("--json")], run: list),
  Command(
    "agreement show", "CC", summary: "one agreement: the signed text, its officials, what the topology says otherwise",
    options: [homeOption, .flag("--json"), .flag("--text")], positionals: 1...1, run: show),
  Command(
    "agreement suspend", "CC", summary: "stops the exchange with a neighbour, both directions, until resumed",
    options: [homeOption, .needed("--reason", "TEXT"), storagePassphraseOption], positionals: 1...1, run: suspend),
  Command(
    "agreement resume", "CC", summary: "ends a suspension",
    options: [homeOption, .value("--reason", "TEXT"), storagePassphraseOption], positionals: 1...1, run: resume),
]

/// The home, and how the agreements with the country named stand.
private func agreement(_ arguments: Arguments) throws -> (Home, AgreementStanding, Agreement) {
  let other: CountryCode
  do { other = try CountryCode(arguments.positionals[0]) } catch { throw UsageError(error.description) }
  let home = try Home.open(arguments.home)
  let standing = try standing(home, other)
  guard let agreement = standing.shown else {
    throw CommandFailure("there is no agreement with \(other); istmo ceremony offer --with \(other) begins one")
  }
  return (home, standing, agreement)
}

private func standing(_ home: Home, _ other: CountryCode) throws -> AgreementStanding {
  AgreementStanding(try home.countingAgreements(with: other), with: other, at: SystemClock().now())
}

private func state(_ home: Home, _ standing: AgreementStanding) throws -> String {
  try home.suspension(of: standing.country) ?? standing.sentence
}

@Sendable private func list(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  let home = try Home.open(arguments.home)
  for other in try home.partners() {
    let standing = try standing(home, other)
    guard let agreement = standing.shown else { continue }
    let state = try state(home, standing)
    if arguments.flag("--json") {
      console.print([
        "with": .text(other.description), "state": .text(state), "digest": .text(agreement.digest.description),
        "valid_from": .text(agreement.terms.validFrom.description),
        "valid_until": .text(agreement.terms.validUntil.description), "in_force": .boolean(standing.inForce != nil),
        "next": JSONValue(standing.next?.agreement.digest.description),
        "next_begins": JSONValue(standing.next?.begins.wholeSeconds),
        "streams": .list(agreement.terms.streams.map { .text($0.stream.description) }),
      ])
    } else {
      console.print("\(other): \(state), digest \(agreement.digest)")
      for terms in agreement.terms.streams {
        console.print("    \(terms.stream): \(terms.mode.rawValue), version \(terms.version) of its definition")
      }
    }
  }
  return statusDone
}

@Sendable private func show(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  let (home, standing, agreement) = try agreement(arguments)
  let other = standing.country
  if arguments.flag("--text") {
    console.write(agreement.note.description)
    return statusDone
  }
  let differences = agreement.terms.differences(
    from: try AgreementTerms(
      realm: agreement.terms.realm, between: agreement.terms.a, and: agreement.terms.b,
      streams: home.loadTopology().terms(between: home.config.country, and: other),
      validFrom: agreement.terms.validFrom, validUntil: agreement.terms.validUntil),
    here: "in the agreement", there: "in the topology")
  let minutes = try home.minutes(of: agreement)
  if arguments.flag("--json") {
    console.print([
      "with": .text(other.description), "state": .text(try state(home, standing)),
      "digest": .text(agreement.digest.description), "text": .text(agreement.note.text),
      "officials": .list(minutes.flatMap { $0.content.officials.map { .text($0.description) } }),
      "differences": .list(differences.map { .text($0) }),
    ])
    return statusDone
  }
  console.print("agreement with \(other): \(try state(home, standing))\ndigest: \(agreement.digest)\n")
  console.write(agreement.note.text)
  console.print("")
  for minutes in minutes {
    let content = minutes.content
    console.print(
      "signed for \(content.country) at \(content.time.wholeSeconds) by \(content.officials.map(\.description).joined(separator: "; "))"
    )
    for witness in content.witnesses { console.print("    witness: \(witness)") }
  }
  for difference in differences { console.print("differs: \(difference)") }
  return statusDone
}

@Sendable private func suspend(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  let (home, standing, _) = try agreement(arguments)
  let other = standing.country
  let reason = try arguments.needed("--reason")
  try LoneOperator(arguments).note(.suspend(other), reason: reason)
  try home.suspend(other, reason: reason)
  RunningNode.reload(home)
  console.print("the exchange with \(other) is suspended; istmo agreement resume \(other) ends that")
  return statusDone
}

@Sendable private func resume(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  let (home, standing, _) = try agreement(arguments)
  let other = standing.country
  let suspension = try home.suspension(of: other) ?? ""
  try LoneOperator(arguments).note(
    .resume(other, suspension: suspension), reason: arguments.value("--reason") ?? "")
  try home.resume(other)
  RunningNode.reload(home)
  console.print("the exchange with \(other) goes on")
  return statusDone
}
