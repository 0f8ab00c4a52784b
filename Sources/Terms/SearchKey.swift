/// What the blind index hashes for one searchable value: the field and the value in its comparable form.
public struct SearchKey: Hashable, Comparable, Sendable {
  /// The field's name, or the name of a key that a rule makes of several fields.
  public let field: String
  /// The value in its comparable form.
  public let value: [UInt8]

  /// A searchable value.
  public init(field: String, value: [UInt8]) { (self.field, self.value) = (field, value) }

  /// By field, then by value.
  public static func < (a: Self, b: Self) -> Bool {
    a.field == b.field ? a.value.lexicographicallyPrecedes(b.value) : a.field < b.field
  }
}
