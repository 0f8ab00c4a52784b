import Catalog
import Terms

/// What two operators decide together at the desk, or one alone on the node's own machine.
public enum OperatorAct: Hashable, Sendable {
  /// The exchange with a country stops, both directions.
  case suspend(CountryCode)
  /// The exchange with a country goes on. `suspension` is what is lifted, word for word, so that it lifts no later one.
  case resume(CountryCode, suspension: String)
  /// This node stops using its key of this kind, `key` as its card has it.
  case disableKey(String, key: String)
  /// It uses it again.
  case enableKey(String, key: String)

  /// What it is about: two proposals about the same thing do not stand at the same time.
  public var subject: String {
    switch self {
    case .suspend(let country), .resume(let country, _): "agreement \(country)"
    case .disableKey(let kind, _), .enableKey(let kind, _): "key \(kind)"
    }
  }

  /// The word under which it is kept.
  public var word: String {
    switch self {
    case .suspend: "suspend"
    case .resume: "resume"
    case .disableKey: "disable-key"
    case .enableKey: "enable-key"
    }
  }

  /// The form that is kept.
  public var json: JSONValue {
    switch self {
    case .suspend(let country): ["act": .text(word), "country": .text(country.description)]
    case .resume(let country, let suspension):
      ["act": .text(word), "country": .text(country.description), "suspension": .text(suspension)]
    case .disableKey(let kind, let key), .enableKey(let kind, let key):
      ["act": .text(word), "kind": .text(kind), "key": .text(key)]
    }
  }

  /// Reads the form that is kept.
  /// - Throws: `TermError` naming what is wrong.
  public init(json: JSONValue) throws(TermError) {
    func text(_ name: String) throws(TermError) -> String {
      guard let text = json[name]?.string else {
        throw TermError(kind: "act", found: "no \(name)", expected: "the member \"\(name)\"")
      }
      return text
    }
    switch try text("act") {
    case "suspend": self = .suspend(try CountryCode(try text("country")))
    case "resume": self = .resume(try CountryCode(try text("country")), suspension: try text("suspension"))
    case "disable-key": self = .disableKey(try text("kind"), key: try text("key"))
    case "enable-key": self = .enableKey(try text("kind"), key: try text("key"))
    case let other:
      throw TermError(kind: "act", found: String(other.prefix(40)), expected: "one that this program knows")
    }
  }

  /// One line for people, in English.
  public var sentence: String {
    switch self {
    case .suspend(let country): "suspend the exchange with \(country)"
    case .resume(let country, _): "resume the exchange with \(country)"
    case .disableKey(let kind, _): "stop using this node's \(kind) key"
    case .enableKey(let kind, _): "use this node's \(kind) key again"
    }
  }
}
