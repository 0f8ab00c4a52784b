import Catalog
import Ceremony
import Node
import Officers
import Sodium
import Terms

let officerCommands: [Command] = [
  Command(
    "officer add", "ID", summary: "lets an officer use the desk; asks for a first password",
    options: [
      homeOption, .needed("--name", "NAME"), .needed("--role", "ROLE", repeats: true), .value("--post", "POST"),
      .values("--dataset", "DATASET"), .value("--password-file", "F"), storagePassphraseOption,
    ], positionals: 1...1, run: addOfficer),
  Command(
    "officer list", summary: "who may use the desk", options: [homeOption, .flag("--json"), storagePassphraseOption],
    run: listOfficers),
  Command(
    "officer disable", "ID", summary: "ends an officer's sessions and lets no new one begin",
    options: [homeOption, storagePassphraseOption], positionals: 1...1, run: { try setDisabled(true, $0, $1) }),
  Command(
    "officer enable", "ID", summary: "lets a disabled officer log in again",
    options: [homeOption, storagePassphraseOption],
    positionals: 1...1, run: { try setDisabled(false, $0, $1) }),
  Command(
    "officer password", "ID", summary: "gives an officer a new password; ends the officer's sessions",
    options: [homeOption, .value("--password-file", "F"), storagePassphraseOption], positionals: 1...1, run: setPassword
  ),
  Command(
    "officer totp", "ID",
    summary:
      "with --reset takes an officer's second factor away, as when a telephone was lost; ends the officer's sessions",
    options: [homeOption, .flag("--reset"), storagePassphraseOption], positionals: 1...1, run: resetFactor),
]

@Sendable private func addOfficer(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  let desk = try OfficerDesk(arguments)
  let topology = try desk.home.loadTopology()
  let roles = arguments.values("--role")
  let post = try officersPost(arguments.value("--post"), roles, topology, desk.home.config.country)
  let agreed = topology.pairs.flatMap(\.streams).flatMap(\.roles)
  // Under that role nodes compute aggregates; no person has it.
  let known = Set(Right.table.keys).union(agreed).subtracting([IndicatorRequest.role])
  if let role = roles.first(where: { !known.contains($0) }) {
    throw UsageError("there is no role \(role.prefix(40)); there are \(known.sorted().joined(separator: ", "))")
  }
  var datasets: [DatasetName] = []
  for name in arguments.values("--dataset") {
    guard let dataset = topology.definition(named: name)?.dataset else {
      throw UsageError("the topology has no dataset \(name.prefix(40)); istmo dataset list shows them")
    }
    datasets.append(dataset)
  }
  let id = arguments.positionals[0]
  guard desk.officers.count < Officer.most else { throw CommandFailure("there are \(Officer.most) officers already") }
  guard !desk.officers.contains(where: { $0.id == id }) else {
    throw CommandFailure("there is an officer \(id.prefix(40)) already; officer password gives another password")
  }
  let officer: Officer
  do {
    officer = try Officer(
      id: id, name: try arguments.needed("--name"), roles: roles, post: post, datasets: datasets,
      password: try newPassword(arguments, console))
  } catch let error as TermError { throw UsageError(error.description) }
  try desk.change(id, .added) { officers in
    guard !officers.contains(where: { $0.id == id }) else {
      throw CommandFailure("there is an officer \(id.prefix(40)) already; officer password gives another password")
    }
    officers.append(officer)
  }
  console.print("\(id): \(roles.joined(separator: ", ")) \(place(of: officer))")
  return statusDone
}

/// The post that an officer is to have: one of this country's, or none where no role needs one.
private func officersPost(
  _ given: String?, _ roles: [String], _ topology: Topology, _ country: CountryCode
) throws -> String {
  guard let post = given else {
    guard let role = roles.first(where: { Right.needsPost($0) }) else { return "" }
    throw UsageError("--post is needed: a \(role.prefix(40)) works at a post")
  }
  guard let place = topology.post(post), place.country == country else {
    let own = topology.crossings.flatMap(\.posts).filter { $0.country == country }.map(\.id)
    throw UsageError("\(post.prefix(80)) is no post of \(country); there are \(own.joined(separator: ", "))")
  }
  return post
}

private func place(of officer: Officer) -> String { officer.post.isEmpty ? "without a post" : "at \(officer.post)" }

@Sendable private func listOfficers(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  for officer in try OfficerDesk(arguments).officers {
    if arguments.flag("--json") {
      console.print([
        "id": .text(officer.id), "name": .text(officer.name), "roles": .list(officer.roles.map { .text($0) }),
        "post": JSONValue(officer.post.isEmpty ? nil : officer.post),
        "datasets": .list(officer.datasets.map { .text($0.description) }),
        "disabled": .boolean(officer.isDisabled), "second_factor": .boolean(officer.secondFactor != nil),
      ])
    } else {
      let datasets =
        officer.datasets.isEmpty ? "" : ", only \(officer.datasets.map(\.description).joined(separator: ", "))"
      console.print(
        "\(officer.id): \(officer.name), \(officer.roles.joined(separator: ", ")) \(place(of: officer))\(datasets)"
          + (officer.secondFactor == nil ? "" : ", second factor") + (officer.isDisabled ? ", DISABLED" : ""))
    }
  }
  return statusDone
}

@Sendable private func setDisabled(_ isDisabled: Bool, _ arguments: Arguments, _ console: Console) throws -> Int32 {
  let id = arguments.positionals[0]
  try OfficerDesk(arguments).change(id, isDisabled ? .disabled : .enabled, one: { $0.isDisabled = isDisabled })
  console.print("\(id): \(isDisabled ? "disabled; sessions have ended" : "enabled")")
  return statusDone
}

@Sendable private func resetFactor(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  let id = arguments.positionals[0]
  let desk = try OfficerDesk(arguments)
  guard let officer = desk.officers.first(where: { $0.id == id }) else { throw OfficerDesk.unknown(id) }
  guard arguments.flag("--reset") else {
    console.print(
      officer.secondFactor.map { "\(id): has a second factor, \($0.recovery.count) recovery codes left" }
        ?? "\(id): has no second factor; the officer sets one up at the desk, under the own name")
    return statusDone
  }
  try desk.change(id, .factor, one: { $0.secondFactor = nil })
  console.print("\(id): the second factor is taken away; sessions have ended")
  return statusDone
}

@Sendable private func setPassword(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  let id = arguments.positionals[0]
  let desk = try OfficerDesk(arguments)
  guard desk.officers.contains(where: { $0.id == id }) else { throw OfficerDesk.unknown(id) }
  let password = try newPassword(arguments, console)
  try desk.change(id, .password, one: { $0.password = password })
  console.print("\(id): the new password counts; sessions have ended")
  return statusDone
}

/// A password that is typed twice, or stands in a file.
private func newPassword(_ arguments: Arguments, _ console: Console) throws -> PasswordHash {
  let isWeak = Environment["ISTMO_TEST_WEAK_PASSPHRASE_WORK"] == "1"
  if isWeak { console.complain("ISTMO_TEST_WEAK_PASSPHRASE_WORK is set: this password's hash is for tests only") }
  let work = isWeak ? PasswordHash.Work.least : .usual
  func hash(_ password: borrowing SecretBytes) throws -> PasswordHash {
    guard (Officer.shortestPassword...Officer.longestPassword).contains(password.count) else {
      throw UsageError(
        "a password has \(Officer.shortestPassword) to \(Officer.longestPassword) bytes; four random words are good")
    }
    return try PasswordHash(password, work: work)
  }
  if let file = arguments.value("--password-file") { return try hash(try readPassphrase(file: file)) }
  let first = SecretPrompt.ask("Password (at least \(Officer.shortestPassword) characters): ", console)
  let second = SecretPrompt.ask("Once more: ", console)
  guard first.isEqual(to: second) else { throw UsageError("the two passwords differ") }
  return try hash(first)
}

/// The officers of a home, to be looked at and changed.
private struct OfficerDesk {
  let officers: [Officer]
  private let operators: LoneOperator
  var home: Home { operators.home }

  init(_ arguments: Arguments) throws {
    operators = try LoneOperator(arguments)
    officers = try operators.home.officers(try operators.storageKey())
  }

  /// Changes them, while a running node does not, and tells it. The operators' log tells of the change before it counts.
  func change(
    _ id: String, _ change: OperatorEvent.AccountChange, _ body: (inout [Officer]) throws -> Void
  ) throws {
    try home.changeOfficers(try operators.storageKey(), SystemEntropy()) { officers in
      try body(&officers)
      try operators.note(account: id, change)
    }
    RunningNode.reload(home)
  }

  func change(_ id: String, _ change: OperatorEvent.AccountChange, one body: (inout Officer) -> Void) throws {
    try self.change(id, change) { officers in
      guard let place = officers.firstIndex(where: { $0.id == id }) else { throw Self.unknown(id) }
      body(&officers[place])
    }
  }

  static func unknown(_ id: String) -> CommandFailure {
    CommandFailure("there is no officer \(id.prefix(40)); officer list shows them")
  }
}
