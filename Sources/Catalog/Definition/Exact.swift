/// A number or a decimal of whatever scale, to be compared and added without rounding: counted in units of 10^-9, the
/// smallest that a decimal field can say. Sums of all the lines there can be stay far within 128 bits.
struct Exact: Comparable {
  var units: Int128

  private static let scale = DecimalField.scaleMax

  init(units: Int128) { self.units = units }

  /// The value of a checked number or decimal; nil for anything else.
  init?(_ node: Int?, of document: borrowing JSONDocument, _ field: Field) {
    guard let node else { return nil }
    switch field.type {
    case .decimal(let decimal):
      guard let units = DecimalField.units(document.text(node), scale: decimal.scale) else { return nil }
      self.units = Int128(units) * Self.power(Self.scale - decimal.scale)
    case .number:
      guard let number = Int64(document.string(node)) else { return nil }
      units = Int128(number) * Self.power(Self.scale)
    default: return nil
    }
  }

  static func < (a: Self, b: Self) -> Bool { a.units < b.units }

  private static func power(_ digits: Int) -> Int128 { (0..<digits).reduce(1) { power, _ in power * 10 } }

  /// With no more digits after the point than it takes.
  var text: String {
    let one = Self.power(Self.scale)
    let magnitude = units.magnitude
    let whole = String(magnitude / one.magnitude)
    var fraction = String(String(magnitude % one.magnitude + one.magnitude).dropFirst())
    while fraction.last == "0" { fraction.removeLast() }
    return (units < 0 ? "-" : "") + whole + (fraction.isEmpty ? "" : ".\(fraction)")
  }
}
