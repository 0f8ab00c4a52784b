extension MRZ.Format {
  /// Characters a line.
  var width: Int {
    switch self {
    case .td1: 30
    case .td2, .mrvB: 36
    case .td3, .mrvA: 44
    }
  }

  // Ranges count from 0 over all lines joined. TD1: Doc 9303-5 section 4.2.2; TD2: 9303-6 section 4.2.2;
  // TD3: 9303-4 section 4.2.2; MRV-A and MRV-B: 9303-7 sections 4.2.2 and 5.2.2.

  var documentCode: Range<Int> { 0..<2 }
  var issuer: Range<Int> { 2..<5 }
  /// The number; its check digit follows it.
  var number: Range<Int> { self == .td1 ? 5..<14 : width..<(width + 9) }
  var nationality: Range<Int> { self == .td1 ? 45..<48 : (width + 10)..<(width + 13) }
  /// The birth date; its check digit follows it.
  var birth: Range<Int> { self == .td1 ? 30..<36 : (width + 13)..<(width + 19) }
  var sex: Int { self == .td1 ? 37 : width + 20 }
  /// The date of expiry; its check digit follows it.
  var expiry: Range<Int> { self == .td1 ? 38..<44 : (width + 21)..<(width + 27) }
  var names: Range<Int> { self == .td1 ? 60..<90 : 5..<width }

  var optional: [Range<Int>] {
    switch self {
    case .td1: [15..<30, 48..<59]
    case .td2: [64..<71]
    case .td3: [72..<86]
    case .mrvA: [72..<88]
    case .mrvB: [64..<72]
    }
  }

  /// What the composite check digit covers, and where it stands; visas have none.
  var composite: (ranges: [Range<Int>], digit: Int)? {
    switch self {
    case .td1: ([5..<30, 30..<37, 38..<45, 48..<59], 59)
    case .td2: ([36..<46, 49..<56, 57..<71], 71)
    case .td3: ([44..<54, 57..<64, 65..<87], 87)
    case .mrvA, .mrvB: nil
    }
  }
}
