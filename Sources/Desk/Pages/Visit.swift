import Catalog
import HTTP
import Node
import Officers
import Terms

/// One request of a page: who asks, in which language, for what.
struct Visit: Sendable {
  let node: Installation
  let request: Request
  let language: Language
  /// The officer's session; nil before login.
  var session: Session?
  /// The token of that session.
  var token = ""
  /// What the address names after the route, such as the number of a crossing file.
  let rest: String
  let now: Instant
  /// Whether a proxy with TLS stands between.
  let isSecure: Bool

  /// A text in the visitor's language.
  func callAsFunction(_ phrase: Phrase) -> String { language(phrase) }
  /// A text in the visitor's language.
  func callAsFunction(_ text: Translated) -> String { language(text) }

  /// A text of whichever page.
  func callAsFunction(_ phrase: any Phrases) -> String { language(phrase.text) }

  /// A moment as it is read in this country.
  func time(_ moment: Instant) -> String { language.time(moment, in: node.country) }

  /// A country's name.
  func country(_ code: String) -> String {
    let topology = node.registry.topology
    guard let known = try? CountryCode(code) else { return code }
    let name = topology.country(known)?.name ?? topology.observers.first { $0.code == known }?.name
    return name.map { language($0) } ?? code
  }

  /// A country's name.
  func country(_ code: CountryCode) -> String { country(code.description) }

  /// A dataset's title.
  func dataset(_ name: DatasetName) -> String {
    node.registry.definition(name).map { language($0.title) } ?? name.description
  }

  /// A post's or crossing's name with its country, as people say it.
  func place(_ id: String) -> String {
    let topology = node.registry.topology
    if let post = topology.post(id) { return "\(post.name), \(country(post.country))" }
    return topology.crossing(id).map { language($0.name) } ?? id
  }
}

extension Session {
  /// Who asks in this session: the officer as the node knows it, never as a form says.
  var asker: Asker {
    Asker(
      officer: officer.id, role: role, purpose: purpose, post: officer.post.isEmpty ? nil : officer.post,
      datasets: officer.datasets.isEmpty ? nil : Set(officer.datasets))
  }
}
