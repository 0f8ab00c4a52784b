import Terms

/// What keeps a stream from doing what was agreed, by its parts: the sentence beside it is for logs and for the command line, this for
/// readers of other languages.
public enum StreamTrouble: Hashable, Sendable {
  /// The neighbour refused it, and for which reason.
  case refused(by: CountryCode, Message.Refusal.Code)
  /// The origin holds less of it than this node.
  case originLost(CountryCode)
  /// Another agreement is in force at the neighbour than here.
  case otherAgreement(CountryCode)
  /// The neighbour holds a checkpoint that this node's log key did not sign.
  case notOurCheckpoint(heldBy: CountryCode)
  /// What the origin sent is refused here, and for which reason; nothing of it is stored.
  case refusedHere(from: CountryCode, Message.Refusal.Code)
  /// Its entries cannot be read here now.
  case unreadable
  /// The recipient takes what is sent and gives no receipt.
  case noReceipt(CountryCode)
  /// This node was put back from a backup and asks the neighbour for what it lacks.
  case isRecalling(from: CountryCode)
  /// What a neighbour hands back is not what this node once signed.
  case notReturned(by: CountryCode)
}
