import Terms

/// A term in which two texts of terms differ: this one, and another.
public enum TermDifference: Hashable, Sendable {
  /// A line of the text, of a stream or of the whole, says one thing in this and another in the other. `label` is the text's own.
  case line(label: String, stream: StreamName?, mine: String, theirs: String)
  /// A stream stands in this one alone.
  case onlyMine(StreamName)
  /// A stream stands in the other one alone.
  case onlyTheirs(StreamName)

  /// It in a sentence. `here` and `there` say whose this and the other are, such as `in the topology` and `as signed`.
  public func words(here: String, there: String) -> String {
    switch self {
    case .line(let label, let stream, let mine, let theirs):
      "\(stream.map { "\($0): " } ?? "")\(label) is \"\(mine)\" \(here), \"\(theirs)\" \(there)"
    case .onlyMine(let stream): "\(stream) stands \(here) and not \(there)"
    case .onlyTheirs(let stream): "\(stream) stands \(there) and not \(here)"
    }
  }
}

extension AgreementTerms {
  /// Each term in which two texts differ; empty when they say the same.
  public func differences(from other: AgreementTerms) -> [TermDifference] {
    var out: [TermDifference] = []
    func compare(_ label: String, _ mine: String, _ theirs: String, of stream: StreamName? = nil) {
      if mine != theirs { out.append(.line(label: label, stream: stream, mine: mine, theirs: theirs)) }
    }
    compare("Realm", realm.description, other.realm.description)
    compare("Countries", "\(a) and \(b)", "\(other.a) and \(other.b)")
    compare("Valid from", validFrom.description, other.validFrom.description)
    compare("Valid until", validUntil.description, other.validUntil.description)
    for stream in Set(streams.map(\.stream)).union(other.streams.map(\.stream)).sorted() {
      switch (terms(for: stream), other.terms(for: stream)) {
      case (let mine?, let theirs?):
        for (line, their) in zip(mine.lines, theirs.lines) {
          compare(line.label, line.value, their.value, of: stream)
        }
      case (.some, nil): out.append(.onlyMine(stream))
      case (nil, .some): out.append(.onlyTheirs(stream))
      case (nil, nil): break
      }
    }
    return out
  }

  /// The same, one sentence each.
  public func differences(from other: AgreementTerms, here: String, there: String) -> [String] {
    differences(from: other).map { $0.words(here: here, there: there) }
  }
}
