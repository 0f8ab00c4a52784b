import Exchange
import Terms

/// A stream that was not shown, and why.
public struct Withheld: Hashable, Sendable, CustomStringConvertible {
  /// The stream.
  public let stream: StreamName
  /// Why it was not shown.
  public let reason: Reason

  /// A stream that was not shown, and why.
  init(_ stream: StreamName, _ reason: Reason) { (self.stream, self.reason) = (stream, reason) }

  /// Why a stream is not shown.
  public enum Reason: Hashable, Sendable, CustomStringConvertible {
    /// The two countries have no agreement on it at all.
    case neverAgreed
    /// No agreement on it is in force.
    case notInForce
    /// The agreement does not count at this moment, in words.
    case invalid(String)
    /// The agreement lets other roles look it up.
    case role(String, permitted: [String])
    /// The definition lets other roles see some of its records: what, and which roles.
    case restricted(String, roles: [String])
    /// No person has the role: under it nodes compute aggregates.
    case nobodys(String)
    /// The officer was given other datasets.
    case notGiven
    /// Its origin keeps the records until asked for, and this answer does not ask.
    case atOrigin(CountryCode)
    /// Its origin keeps the records, was asked, and did not answer.
    case unanswered(QuestionFailure)

    /// For a person.
    public var description: String {
      switch self {
      case .neverAgreed: "there is no agreement on it"
      case .notInForce: "no agreement is in force"
      case .invalid(let why): why
      case .role(let role, let permitted):
        "the agreement lets \(permitted.joined(separator: ", ")) look it up, not \(role)"
      case .restricted(let words, _): words
      case .nobodys(let role): "no record is shown to the role \(role): under it nodes compute aggregates"
      case .notGiven: "it is not among the datasets of this officer"
      case .atOrigin(let origin):
        "\(origin) keeps them until asked for, which this part of the answer does not do; query asks"
      case .unanswered(let failure): failure.description
      }
    }
  }

  /// For a person.
  public var description: String { "\(stream): \(reason)" }
}
