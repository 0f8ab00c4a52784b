import Ceremony
import Exchange
import Terms

/// What is wrong with a node, by its parts: each reader has it in words of the own language.
public enum NodeProblem: Hashable, Sendable {
  /// A neighbour's card is missing.
  case cardMissing(CountryCode)
  /// A neighbour's card has ended.
  case cardExpired(CountryCode, Instant)
  /// What is signed of a stream and what this node has do not fit.
  case doesNotFit(StreamName, TermsFault)
  /// No agreement with a neighbour is in force, as it stands.
  case notInForce(AgreementStanding)
  /// Operators stopped using one of this node's keys.
  case keyStopped(DisabledKey)
  /// The store cannot do its work.
  case store(StoreError)
  /// The home was put back from a backup, and something is still awaited of its neighbours.
  case putBack(RecoveryStatus)
  /// Nothing newly due is erased.
  case erasingWaits(ErasureObstacle)
  /// The node is stopping.
  case stopping
  /// What a part of the node says in a sentence of its own, in English for every reader.
  case told(String)

  /// One sentence.
  public var words: String {
    switch self {
    case .cardMissing(let country): "the card of \(country) is missing; complete the ceremony again"
    case .cardExpired(let country, let until): CardError.expired(country: country, until: until).description
    case .doesNotFit(let stream, let fault): "\(stream): \(fault.words)"
    case .notInForce(let standing): standing.problem ?? "an agreement with \(standing.country) is in force"
    case .keyStopped(let stop): stop.sentence
    case .store(let error): error.description
    case .putBack(let recovery): recovery.sentence ?? "this home was put back, and nothing is awaited"
    case .erasingWaits(let obstacle): obstacle.words
    case .stopping: "the node is stopping"
    case .told(let words): words
    }
  }
}

/// Why a stream pauses: what is signed of it and what this node has do not fit.
public enum TermsFault: Hashable, Sendable {
  /// One term of a stream.
  public enum Term: String, Hashable, Sendable, CaseIterable {
    case definition, filter, fields, mode, purpose, roles, retention
  }

  /// The topology does not have the stream.
  case notInTopology
  /// The topology has these terms otherwise.
  case changed([Term])
  /// An observer would get what it may not have, in these words.
  case observer(String)

  /// One sentence.
  public var words: String {
    switch self {
    case .notInTopology: "the agreement has it, the topology does not"
    case .changed(let terms):
      "the topology has another \(terms.map(\.rawValue).joined(separator: ", ")) than the signed agreement; mend it or hold a new ceremony"
    case .observer(let words): words
    }
  }
}
