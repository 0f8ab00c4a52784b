import Ceremony
import Node
import Officers

let keyStopCommands: [Command] = [
  Command(
    "key disable", "KIND",
    summary: "stops using a key of the card at once and alone: nothing is exchanged until it is used again",
    options: [homeOption, .needed("--reason", "TEXT"), storagePassphraseOption], positionals: 1...1, run: disable),
  Command(
    "key enable", "KIND", summary: "uses a disabled key again",
    options: [homeOption, .value("--reason", "TEXT"), storagePassphraseOption], positionals: 1...1, run: enable),
]

/// The key that a word names.
func cardKey(_ word: String) throws(UsageError) -> CardKey {
  guard let kind = CardKey(rawValue: word) else {
    throw UsageError(
      "there is no key \(word.prefix(40)) on the card; there are \(CardKey.allCases.map(\.rawValue).joined(separator: ", "))"
    )
  }
  return kind
}

@Sendable private func disable(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  let kind = try cardKey(arguments.positionals[0])
  let (operators, reason) = (try LoneOperator(arguments), try arguments.needed("--reason"))
  let key = try operators.home.card().content[kind]
  try operators.note(.disableKey(kind.rawValue, key: key.description), reason: reason)
  try operators.home.disable(kind, key: key, reason: reason)
  RunningNode.reload(operators.home)
  console.print("the \(kind.rawValue) key is not used: nothing is exchanged until istmo key enable \(kind.rawValue)")
  return statusDone
}

@Sendable private func enable(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  let kind = try cardKey(arguments.positionals[0])
  let operators = try LoneOperator(arguments)
  let key = try operators.home.card().content[kind]
  guard try operators.home.disabledKeys().contains(where: { $0.kind == kind && $0.key == key }) else {
    throw CommandFailure("the \(kind.rawValue) key is in use")
  }
  try operators.note(.enableKey(kind.rawValue, key: key.description), reason: arguments.value("--reason") ?? "")
  try operators.home.enable(kind, key: key)
  RunningNode.reload(operators.home)
  console.print("the \(kind.rawValue) key is used again")
  return statusDone
}
