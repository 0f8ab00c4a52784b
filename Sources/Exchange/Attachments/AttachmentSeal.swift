import Ledger
import Sodium
import Terms

/// What an attachment is sealed under on its way: a key of the day of the record that bears it, and the record itself. Whoever
/// keeps what went over the link can open it no longer than the record.
public struct AttachmentSeal: Sendable {
  private final class Key: Sendable {
    let key: SymmetricKey
    init(_ key: consuming SymmetricKey) { self.key = key }
  }

  private let key: Key
  /// The entry's leaf hash and the digest: a piece opens for this attachment of this record alone.
  let binding: [UInt8]

  /// The seal of an attachment of the record with this leaf hash, under the key of its epoch.
  public init(_ epoch: EpochKey, leaf: NodeHash, digest: Digest) throws(SodiumError) {
    key = Key(try epoch.master.derived("istmo/epoch/attachment/v1"))
    binding = leaf.digest.bytes + digest.bytes
  }

  /// The seal of an attachment of a record that is asked for: under the secret that the question brings.
  public init(_ question: Question, digest: Digest) throws(SodiumError) {
    let secret = try SymmetricKey(SecretBytes(copying: question.key.bytes))
    key = Key(try secret.derived("istmo/question/attachment/v1"))
    binding = question.digest.bytes + digest.bytes
  }

  func sealing() throws(SodiumError) -> SealingStream { try SealingStream(key.key) }

  func opening(_ header: [UInt8]) throws(SodiumError) -> OpeningStream {
    try OpeningStream(header: header, key.key)
  }
}
