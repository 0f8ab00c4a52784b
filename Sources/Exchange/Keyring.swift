import Sodium
import Terms

/// The secret keys that replication needs, each with one job. They never leave this object.
public final class Keyring: Sendable {
  /// Signs checkpoints.
  public let log: SigningKey
  /// Signs receipts, and "as of" on own checkpoints.
  public let receipt: SigningKey
  /// Opens epoch keys that others sealed.
  public let sealing: ExchangeKey
  /// Wraps epoch keys at rest.
  public let storage: SymmetricKey
  /// Hashes searchable values for the blind index.
  public let index: IndexKey

  /// Takes the keys over.
  public init(
    log: consuming SigningKey, receipt: consuming SigningKey, sealing: consuming ExchangeKey,
    storage: consuming SymmetricKey, index: consuming IndexKey
  ) {
    self.log = log
    self.receipt = receipt
    self.sealing = sealing
    self.storage = storage
    self.index = index
  }

  /// The blind key of a searchable value: the number of dataset, field and value, with a zero byte after each of the first two.
  public func blindKey(dataset: DatasetName, field: String, value: [UInt8]) -> BlindKey {
    let (dataset, field) = (dataset.description.utf8, field.utf8)
    let valueAt = dataset.count + field.count + 2
    return withUnsafeTemporaryAllocation(byteCount: valueAt + value.count, alignment: 1) { bytes in
      bytes.copyBytes(from: dataset)
      bytes[dataset.count] = 0
      UnsafeMutableRawBufferPointer(rebasing: bytes[(dataset.count + 1)...]).copyBytes(from: field)
      bytes[valueAt - 1] = 0
      UnsafeMutableRawBufferPointer(rebasing: bytes[valueAt...]).copyBytes(from: value)
      return BlindKey(bits: index.number(of: UnsafeRawBufferPointer(bytes)))
    }
  }
}

/// Names of index fields that the exchange itself uses; a dataset's fields never begin with `@`.
public enum IndexField {
  /// A publisher's own reference.
  public static let reference = "@reference"
  /// The id of a record that another replaces or withdraws.
  public static let change = "@change"
  /// The partition of what is kept without end.
  public static let endless: Int32 = 0

  /// The partition of a moment: its UTC month.
  public static func partition(of time: Instant) -> Int32 {
    let (year, month, _) = CalendarDay(of: time).components
    return Int32(clamping: year * 12 + month - 1)
  }
}
