/// Exact decimals within limits, such as weights and amounts of money. Kept as a text with a fixed number of digits after the
/// point, `"1234.50"`, never as a floating-point number: what is declared must add up to the last digit.
public struct DecimalField: Hashable, Sendable {
  /// Digits after the point.
  public let scale: Int
  /// Smallest and largest value, counted in units of the last digit.
  let limits: ClosedRange<Int64>

  /// Sums of exchange rates need six; nine leave room.
  static let scaleMax = 9
  /// Digits in all: what 64 bits hold whatever they are.
  static let digitsMax = 18
  /// What `digitsMax` digits can say.
  static let all: ClosedRange<Int64> = -999_999_999_999_999_999...999_999_999_999_999_999

  func write(
    _ node: Int, of document: borrowing JSONDocument, _ field: Field, to out: inout [UInt8]
  ) throws(Refusal) {
    let kind = document.kind(node)
    guard kind == .text || kind == .number else {
      throw field.refusal(
        "a decimal is expected, not \(kind.words)",
        kind == .null ? "leave the member out" : "write it in quotes, such as \"1234.50\"")
    }
    let text = document.text(node)
    let found = field.isPersonal ? nil : String(decoding: text.prefix(40), as: UTF8.self)
    guard Self.isDecimal(text) else {
      throw field.refusal(
        "not a decimal number",
        "write digits and a point, such as \"1234.50\", without spaces, commas and leading zeros",
        found: found)
    }
    guard let units = Self.units(text, scale: scale) else {
      throw field.refusal(
        "more than \(scale) digits after the point, or more than \(Self.digitsMax) in all",
        "write at most \(scale) digits after the point", found: found)
    }
    guard limits.contains(units) else {
      throw field.refusal("outside \(words)", "write a value within the limits", found: found)
    }
    out.append(0x22)
    out.append(contentsOf: Self.text(units, scale: scale).utf8)
    out.append(0x22)
  }

  /// The limits in words: `0.00 to 999.99`.
  var words: String { "\(Self.text(limits.lowerBound, scale: scale)) to \(Self.text(limits.upperBound, scale: scale))" }

  /// `-? (0 | [1-9][0-9]*) (. [0-9]+)?`, as JSON writes numbers, but never an exponent.
  private static func isDecimal(_ text: ArraySlice<UInt8>) -> Bool {
    var rest = text
    if rest.first == 0x2D { rest.removeFirst() }
    let whole = rest.prefix { (0x30...0x39).contains($0) }
    rest = rest.dropFirst(whole.count)
    guard !whole.isEmpty, whole.count == 1 || whole.first != 0x30 else { return false }
    guard let point = rest.popFirst() else { return true }
    return point == 0x2E && !rest.isEmpty && rest.allSatisfy { (0x30...0x39).contains($0) }
  }

  /// A decimal counted in units of the last of `scale` digits; nil when it is none or has more digits than fit. Zeros at the
  /// end of the fraction say nothing and may be more.
  static func units(_ text: ArraySlice<UInt8>, scale: Int) -> Int64? {
    guard isDecimal(text), text.count <= 64 else { return nil }
    let isNegative = text.first == 0x2D
    let parts = (isNegative ? text.dropFirst() : text).split(separator: 0x2E, maxSplits: 1)
    guard let whole = parts.first else { return nil }
    var fraction = parts.count > 1 ? parts[1] : []
    while fraction.last == 0x30 { fraction.removeLast() }
    guard fraction.count <= scale, whole.count + scale <= digitsMax || whole.elementsEqual([0x30]) else { return nil }
    var units: Int64 = 0
    for digit in whole + fraction { units = units * 10 + Int64(digit - 0x30) }
    for _ in fraction.count..<scale { units *= 10 }
    return isNegative ? -units : units
  }

  static func text(_ units: Int64, scale: Int) -> String {
    var digits = String(units.magnitude)
    if digits.utf8.count <= scale { digits = String(repeating: "0", count: scale + 1 - digits.utf8.count) + digits }
    let fraction = digits.suffix(scale)
    return (units < 0 ? "-" : "") + digits.dropLast(scale) + (scale > 0 ? "." + fraction : "")
  }
}
