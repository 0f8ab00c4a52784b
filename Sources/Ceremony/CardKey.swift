import Sodium
import Terms

/// The online keys that a card names and that a node uses. A witness's key is not among them: no node is a witness yet.
public enum CardKey: String, Hashable, Sendable, CaseIterable {
  /// Signs checkpoints.
  case log
  /// Signs receipts and "as of".
  case receipt
  /// Proves the node on the link.
  case transport
  /// Opens sealed epoch keys.
  case sealing
}

extension Card.Content {
  /// The 32 bytes of one of the keys.
  public subscript(_ key: CardKey) -> Digest {
    switch key {
    case .log: log.bytes
    case .receipt: receipt.bytes
    case .transport: transport.bytes
    case .sealing: sealing.bytes
    }
  }
}
