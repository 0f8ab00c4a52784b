import Sodium
import Terms

/// A timestamped cosignature on a checkpoint (C2SP tlog-cosignature 1.0, type 0x04): "as of this time, the largest
/// consistent tree that I have seen of this log has this root".
public enum Cosignature {
  static let byteCount = 8 + SigningKey.signatureByteCount

  /// Cosigns a checkpoint's text at a time, in whole seconds.
  public static func sign(
    _ checkpoint: String, at time: Instant, with key: borrowing SigningKey, as noteKey: NoteKey
  ) -> SignedNote.Signature {
    let seconds = UInt64(clamping: time.seconds)
    var writer = ByteWriter(capacity: byteCount)
    writer.uint64(seconds)
    writer.raw(key.sign(message(checkpoint, seconds)))
    return SignedNote.Signature(name: noteKey.name, id: noteKey.id, bytes: writer.bytes)
  }

  /// The time of a cosignature that is valid on the checkpoint's text, or nil.
  static func verify(_ bytes: [UInt8], on checkpoint: String, by key: VerifyingKey) -> UInt64? {
    var reader = ByteReader(bytes)
    guard bytes.count == byteCount, let time = try? reader.uint64("time"), time <= UInt64(Int64.max),
      let signature = try? reader.raw(SigningKey.signatureByteCount, "signature"),
      key.isValid(Array(signature), on: message(checkpoint, time))
    else { return nil }
    return time
  }

  private static func message(_ checkpoint: String, _ seconds: UInt64) -> [UInt8] {
    Array("cosignature/v1\ntime \(seconds)\n\(checkpoint)".utf8)
  }
}
