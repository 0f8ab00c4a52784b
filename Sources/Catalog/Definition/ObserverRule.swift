import Terms

/// What may reach an observer, who is no country: records of datasets whose definition says that they say nothing of a person, and
/// none of their fields that does. Asked where a topology is read, where a ceremony goes a step, and at both ends of a stream.
public enum ObserverRule {
  /// Why terms may not be: nil when they may, and when no observer is concerned.
  /// - Parameter definition: the one that the terms name; nil when it is not known, and then nothing may go.
  public static func fault(_ terms: StreamTerms, _ definition: Definition?) -> String? {
    let name = terms.stream
    if name.origin.isObserver { return "\(name): an observer sends nothing" }
    guard name.recipient.isObserver else { return nil }
    guard let definition, definition.digest == terms.definition else {
      return "\(name): the definition is not known here, so nothing of it may go to an observer"
    }
    let personal = terms.fields.filter { definition.field($0)?.isPersonal ?? true }
    guard personal.isEmpty else {
      return "\(name): an observer receives nothing of a person, and not \(personal.joined(separator: ", "))"
    }
    guard definition.isObservable else {
      return "\(name): the definition of \(name.dataset) does not say observable = true, so no observer may have it"
    }
    return nil
  }
}
