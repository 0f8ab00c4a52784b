import Catalog

/// What an officer does about a record that is seen: a record of its own, made with only the fields that nobody else can know. What the
/// law wants is in the definition; here stands what is asked, what is taken over, and what the desk knows by itself.
public struct Act: Hashable, Sendable {
  /// Its name in addresses.
  public let name: String
  /// What it is about: records of this dataset with one of these events.
  public let about: (dataset: String, events: Set<String>)
  /// Whether only the country whose record it is may do it.
  public let isOwnOnly: Bool
  /// The dataset of the record that is made.
  public let dataset: String
  /// What the desk sets.
  public let given: [String: String]
  /// Whether the new record refers to the old one.
  public let refers: Bool
  /// What is taken over from the old record, where it has it: a field, or `field>other` where the new record calls it otherwise.
  public let copied: [String]
  /// What is asked.
  public let asked: [String]

  private init(
    _ name: String, about: (String, Set<String>), isOwnOnly: Bool = false, _ dataset: String, given: [String: String],
    refers: Bool = true, copied: [String], asked: [String]
  ) {
    (self.name, self.about, self.isOwnOnly, self.dataset) = (name, (about.0, about.1), isOwnOnly, dataset)
    (self.given, self.refers, self.copied, self.asked) = (given, refers, copied, asked)
  }

  /// The event of the record that is made.
  public var event: String? { given["event"] }

  /// The act of this name.
  public static func named(_ name: String) -> Act? { all.first { $0.name == name } }

  /// What can be done about such a record of a country, seen from `home`.
  public static func about(_ dataset: String, event: String?, isHome: Bool) -> [Act] {
    all.filter { act in
      act.about.dataset == dataset && event.map { act.about.events.contains($0) } == true && (isHome || !act.isOwnOnly)
    }
  }

  /// All of them, in the order in which they are offered.
  public static let all: [Act] = holds + customs + alerts + incidents + posts

  // A hold ends by the country that holds alone.
  private static let holds = [
    hold("treat", "treated", asked: ["treatment", "authority", "reason", "act_digest"]),
    hold("release", "released", asked: ["authority", "reason", "act_digest"]),
    hold("return", "returned", asked: ["reason", "authority", "act_digest"]),
    hold("destroy", "destroyed", asked: ["reason", "authority", "act_digest"]),
  ]

  private static func hold(_ name: String, _ event: String, asked: [String]) -> Act {
    Act(
      name, about: ("quarantine", ["held"]), isOwnOnly: true, "quarantine", given: ["event": event],
      copied: ["route", "certificate", "duca", "containers", "plate"], asked: asked)
  }

  private static let customs = [
    Act(
      "quarantine", about: ("manifests", ["declared"]), "quarantine", given: ["event": "held"], refers: false,
      copied: ["route", "duca", "containers"], asked: ["goods", "reason", "authority", "pests", "act_digest"]),
    // Agreements need not show declarations to quarantine, which sees the goods by their certificate.
    Act(
      "quarantine-by-certificate", about: ("certificates", ["issued"]), "quarantine", given: ["event": "held"],
      refers: false, copied: ["route", "number>certificate", "containers"],
      asked: ["goods", "reason", "authority", "pests", "act_digest"]),
    declaration("customs-hold", "held", asked: ["reason"]),
    declaration("customs-release", "released", asked: ["reason"]),
    declaration("arrive", "arrived", asked: []),
  ]

  private static func declaration(_ name: String, _ event: String, asked: [String]) -> Act {
    Act(
      name, about: ("manifests", ["declared"]), "manifests", given: ["event": event],
      copied: ["route", "duca", "kind", "crossings"], asked: asked)
  }

  private static let alerts = [
    Act(
      "outcome", about: ("risk-alerts", ["issued"]), "risk-alerts", given: ["event": "hit"], copied: ["route"],
      asked: ["outcome", "reason"]),
    Act(
      "lift", about: ("risk-alerts", ["issued"]), isOwnOnly: true, "risk-alerts", given: ["event": "lifted"],
      copied: ["route"], asked: ["reason"]),
  ]

  private static let incidents = [
    Act(
      "follow-up", about: ("incidents", ["reported"]), "incidents", given: ["event": "followed-up"],
      copied: ["kind", "severity", "visibility", "plates", "containers"], asked: ["summary", "body"]),
    Act(
      "close", about: ("incidents", ["reported"]), "incidents", given: ["event": "closed"],
      copied: ["kind", "severity", "visibility", "plates", "containers"], asked: ["summary", "outcome", "body"]),
  ]

  private static let posts = [
    Act(
      "works-again", about: ("posts", ["state"]), isOwnOnly: true, "posts",
      given: ["event": "state", "state": "working"],
      refers: false, copied: ["equipment", "identifier"], asked: ["reason"])
  ]

  /// The members that an act's record has beside what was typed.
  public func members(of old: JSONValue, id: String) -> [JSONValue.Member] {
    var members = given.sorted { $0.key < $1.key }.map { JSONValue.Member(name: $0.key, value: .text($0.value)) }
    if refers { members.append(.init(name: "refers", value: .text(id))) }
    for (name, other) in taken {
      if let value = old[name] { members.append(.init(name: other, value: value)) }
    }
    return members
  }

  /// What is taken over: the field of the old record, and that of the new one.
  var taken: [(from: String, to: String)] {
    copied.map { name in
      let parts = name.split(separator: ">").map(String.init)
      return (parts.first ?? name, parts.last ?? name)
    }
  }

  /// Acts are told apart by name.
  public static func == (a: Act, b: Act) -> Bool { a.name == b.name }

  /// Feeds the name to a hasher.
  public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
