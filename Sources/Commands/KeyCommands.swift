import Catalog
import Ceremony
import Node
import Sodium
import Terms

let keyCommands: [Command] = [
  Command(
    "key show", summary: "public keys, cards and pinned roots", options: [homeOption, .flag("--json")], run: show),
  Command(
    "key change-passphrase", summary: "seals the root key under a new passphrase",
    options: [homeOption, .value("--passphrase-file", "F"), .value("--new-passphrase-file", "F")],
    run: changePassphrase),
]

@Sendable private func show(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  let home = try Home.open(arguments.home)
  let card = try home.card().content
  let disabled = try home.disabledKeys().filter { card[$0.kind] == $0.key }
  var neighbours: [(CountryCode, String, UInt64, Instant)] = []
  for country in try home.partners() {
    guard let root = try home.pinnedRoot(of: country), let card = try home.card(of: country)?.content else { continue }
    neighbours.append((country, root.description, card.serial, card.validUntil))
  }
  if arguments.flag("--json") {
    console.print([
      "country": .text(card.country.description), "root": .text(home.root.description),
      "card": [
        "serial": JSONValue(card.serial), "valid_until": .text(card.validUntil.wholeSeconds),
        "log": .text(card.log.description), "receipt": .text(card.receipt.description),
        "transport": .text(card.transport.description), "sealing": .text(card.sealing.description),
      ],
      "disabled": .list(disabled.map { .text($0.kind.rawValue) }),
      "neighbours": .list(
        neighbours.map { country, root, serial, until in
          [
            "country": .text(country.description), "root": .text(root), "card_serial": JSONValue(serial),
            "card_valid_until": .text(until.wholeSeconds),
          ]
        }),
    ])
    return statusDone
  }
  console.print("root       \(home.root)")
  console.print("card       serial \(card.serial), valid until \(card.validUntil.wholeSeconds)")
  console.print("log        \(card.log)   signs checkpoints")
  console.print("receipt    \(card.receipt)   signs receipts and \"as of\"")
  console.print("transport  \(card.transport)   proves the node on the link")
  console.print("sealing    \(card.sealing)   opens what neighbours seal")
  for stop in disabled { console.print("disabled   \(stop.kind.rawValue): \(stop.reason)") }
  for (country, root, serial, until) in neighbours {
    console.print("\(country)         \(root)\n           card serial \(serial), valid until \(until.wholeSeconds)")
  }
  return statusDone
}

@Sendable private func changePassphrase(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  _ = hardenProcess()
  let home = try Home.open(arguments.home)
  let file = try home.rootKeyFile(at: nil)
  let old = try Passphrase.existing(arguments, console)
  let new = try Passphrase.new(arguments, "--new-passphrase-file", console)
  try home.replaceRootKeyFile(
    try file.changingPassphrase(from: old, to: new, work: Passphrase.work(console), SystemEntropy()))
  console.print("the root key is sealed under the new passphrase; copies elsewhere still have the old one")
  return statusDone
}
