/// A text for people in the two languages of the program.
public struct Translated: Hashable, Sendable {
  /// Spanish.
  public let es: String
  /// English.
  public let en: String

  /// A text in both languages.
  public init(es: String, en: String) { (self.es, self.en) = (es, en) }
}
