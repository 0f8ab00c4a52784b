import Ledger
import Sodium
import Terms

// Checkpoints of streams that this country signs. One is made when it is told to somebody; what is kept of it may be of a little less
// than the stream.
extension StreamState {
  /// So many entries of an own stream are never kept without a checkpoint over them.
  public static let mostUnsigned: UInt64 = 64

  /// Entries that came after the kept checkpoint.
  public var unsignedCount: UInt64 { size - min(checkpoint?.checkpoint.size ?? 0, size) }

  /// Whether more entries lack a kept checkpoint than may: of an own stream `mostUnsigned` or more, of a neighbour's any.
  public func lacksCheckpoint(isOwn: Bool) -> Bool { unsignedCount >= (isOwn ? Self.mostUnsigned : 1) }

  /// The checkpoint of all entries of a stream of this country: the one that is kept, or one that is signed now.
  public func ownCheckpoint(of name: StreamName, in realm: Realm, _ keys: Keyring) throws(ReadError) -> SignedCheckpoint
  {
    if let checkpoint, unsignedCount == 0 { return checkpoint }
    return try keys.checkpoint(of: name, frontier, in: realm)
  }
}

extension Keyring {
  /// Signs the checkpoint of a stream of this country.
  public func checkpoint(of name: StreamName, _ frontier: Frontier, in realm: Realm) throws(ReadError)
    -> SignedCheckpoint
  {
    do {
      return try SignedCheckpoint(
        Checkpoint(origin: name.checkpointOrigin(in: realm), size: frontier.size, root: frontier.root), logKey: log)
    } catch {
      throw .damaged("the checkpoint of \(name): \(error)")
    }
  }
}
