/// Country codes of ISO 3166-1 (249 entries, as of 2024) and what travel documents use beside them.
enum ISO3166 {
  /// Alpha-3 and alpha-2 of each country, five letters an entry, in order of alpha-3.
  private static let table = Array(
    """
    ABWAWAFGAFAGOAOAIAAIALAAXALBALANDADAREAEARGARARMAMASMASATAAQATFTFATGAGAUSAUAUTATAZEAZBDIBIBELBEBENBJ\
    BESBQBFABFBGDBDBGRBGBHRBHBHSBSBIHBABLMBLBLRBYBLZBZBMUBMBOLBOBRABRBRBBBBRNBNBTNBTBVTBVBWABWCAFCFCANCA\
    CCKCCCHECHCHLCLCHNCNCIVCICMRCMCODCDCOGCGCOKCKCOLCOCOMKMCPVCVCRICRCUBCUCUWCWCXRCXCYMKYCYPCYCZECZDEUDE\
    DJIDJDMADMDNKDKDOMDODZADZECUECEGYEGERIERESHEHESPESESTEEETHETFINFIFJIFJFLKFKFRAFRFROFOFSMFMGABGAGBRGB\
    GEOGEGGYGGGHAGHGIBGIGINGNGLPGPGMBGMGNBGWGNQGQGRCGRGRDGDGRLGLGTMGTGUFGFGUMGUGUYGYHKGHKHMDHMHNDHNHRVHR\
    HTIHTHUNHUIDNIDIMNIMINDINIOTIOIRLIEIRNIRIRQIQISLISISRILITAITJAMJMJEYJEJORJOJPNJPKAZKZKENKEKGZKGKHMKH\
    KIRKIKNAKNKORKRKWTKWLAOLALBNLBLBRLRLBYLYLCALCLIELILKALKLSOLSLTULTLUXLULVALVMACMOMAFMFMARMAMCOMCMDAMD\
    MDGMGMDVMVMEXMXMHLMHMKDMKMLIMLMLTMTMMRMMMNEMEMNGMNMNPMPMOZMZMRTMRMSRMSMTQMQMUSMUMWIMWMYSMYMYTYTNAMNA\
    NCLNCNERNENFKNFNGANGNICNINIUNUNLDNLNORNONPLNPNRUNRNZLNZOMNOMPAKPKPANPAPCNPNPERPEPHLPHPLWPWPNGPGPOLPL\
    PRIPRPRKKPPRTPTPRYPYPSEPSPYFPFQATQAREUREROURORUSRURWARWSAUSASDNSDSENSNSGPSGSGSGSSHNSHSJMSJSLBSBSLESL\
    SLVSVSMRSMSOMSOSPMPMSRBRSSSDSSSTPSTSURSRSVKSKSVNSISWESESWZSZSXMSXSYCSCSYRSYTCATCTCDTDTGOTGTHATHTJKTJ\
    TKLTKTKMTMTLSTLTONTOTTOTTTUNTNTURTRTUVTVTWNTWTZATZUGAUGUKRUAUMIUMURYUYUSAUSUZBUZVATVAVCTVCVENVEVGBVG\
    VIRVIVNMVNVUTVUWLFWFWSMWSYEMYEZAFZAZMBZMZWEZW
    """.utf8)

  /// Bit `26 * first + second` says whether the alpha-2 code is assigned. `XK` is what Kosovo's documents are known by.
  private static let assigned: [Bool] = {
    var bits = [Bool](repeating: false, count: 26 * 26)
    for at in stride(from: 0, to: table.count - 4, by: 5) { bits[index(table[at + 3], table[at + 4])] = true }
    bits[index(0x58, 0x4B)] = true
    return bits
  }()

  private static let alpha2: [UInt32: (UInt8, UInt8)] = {
    var map: [UInt32: (UInt8, UInt8)] = [:]
    for at in stride(from: 0, to: table.count - 4, by: 5) {
      map[packed(table[at..<(at + 3)])] = (table[at + 3], table[at + 4])
    }
    // ICAO Doc 9303-3 section 5: Germany writes D, the United Kingdom GBR and five more, Kosovo RKS.
    map[packed(Array("D".utf8)[...])] = (0x44, 0x45)
    for british in ["GBD", "GBN", "GBO", "GBP", "GBS"] { map[packed(Array(british.utf8)[...])] = (0x47, 0x42) }
    map[packed(Array("RKS".utf8)[...])] = (0x58, 0x4B)
    return map
  }()

  /// What may stand for a nationality when a person has none, or where an organisation issued the document
  /// (ICAO Doc 9303-3 section 5, parts C and D).
  static let special = [
    "EUE", "UNA", "UNK", "UNO", "XBA", "XCC", "XCE", "XCO", "XDC", "XEC", "XES", "XIM", "XMP", "XOM", "XPO", "XXA",
    "XXB",
    "XXC", "XXX",
  ]
  private static let specialCodes = Set(special.map { packed(Array($0.utf8)[...]) })

  /// Whether the bytes are an assigned alpha-2 code.
  static func isAlpha2(_ code: Span<UInt8>) -> Bool {
    guard code.count == 2, isCapital(code[0]), isCapital(code[1]) else { return false }
    return assigned[index(code[0], code[1])]
  }

  /// The alpha-3 code of an alpha-2 code.
  static func alpha3(of code: ArraySlice<UInt8>) -> String? {
    for at in stride(from: 0, to: table.count - 4, by: 5) where table[(at + 3)..<(at + 5)].elementsEqual(code) {
      return String(decoding: table[at..<(at + 3)], as: UTF8.self)
    }
    return nil
  }

  /// Whether the bytes are one of the `special` codes.
  static func isSpecial(_ code: Span<UInt8>) -> Bool {
    code.count == 3 && specialCodes.contains(UInt32(code[0]) << 16 | UInt32(code[1]) << 8 | UInt32(code[2]))
  }

  /// The alpha-2 code of a travel document's code, the special code itself, or nil when it is neither.
  static func code(ofTravelDocument code: ArraySlice<UInt8>) -> [UInt8]? {
    guard (1...3).contains(code.count) else { return nil }
    if let (first, second) = alpha2[packed(code)] { return [first, second] }
    return isSpecial(code.span) ? Array(code) : nil
  }

  private static func isCapital(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) }
  private static func index(_ first: UInt8, _ second: UInt8) -> Int { Int(first - 0x41) * 26 + Int(second - 0x41) }
  private static func packed(_ code: ArraySlice<UInt8>) -> UInt32 { code.reduce(0) { $0 << 8 | UInt32($1) } }
}
