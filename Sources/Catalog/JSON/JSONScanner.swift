/// Reads RFC 8259 strictly: UTF-8 without byte order mark, no duplicate members, no lone surrogates, bounded nesting.
struct JSONScanner {
  /// The source, lent for as long as it is scanned: every read of it is behind a comparison with `end`.
  private let source: UnsafeBufferPointer<UInt8>
  private let end: Int
  private var at = 0
  private var nodes: [JSONNode] = []
  /// Decoded texts; their places count on from `end`.
  private var decodedTexts: [UInt8] = []

  /// The document of `bytes`.
  /// - Throws: `Refusal` about the `line` when the text is not JSON, or longer or deeper than allowed.
  static func scan(_ bytes: [UInt8], longest: Int = JSONDocument.byteLimit) throws(Refusal) -> JSONDocument {
    guard bytes.count <= min(longest, JSONDocument.byteCountMax) else { throw .tooLong }
    let scanned: Result<(nodes: [JSONNode], decoded: [UInt8]), Refusal> = bytes.withUnsafeBufferPointer { source in
      var scanner = JSONScanner(source)
      do throws(Refusal) { try scanner.whole() } catch { return .failure(error) }
      return .success((scanner.nodes, scanner.decodedTexts))
    }
    let (nodes, decoded) = try scanned.get()
    return JSONDocument(bytes: decoded.isEmpty ? bytes : bytes + decoded, nodes: nodes)
  }

  private init(_ source: UnsafeBufferPointer<UInt8>) {
    self.source = source
    end = source.count
    // As many as a record has; a small block, since small ones cost the allocator a tenth of a large one's time.
    nodes.reserveCapacity(min(32, end / 12 + 2))
  }

  private mutating func whole() throws(Refusal) {
    try value(depth: 0)
    skipSpace()
    guard at == end else { throw fault("something stands after the value") }
  }

  private func fault(_ problem: String) -> Refusal {
    Refusal(
      field: "line", problem: "not JSON at byte \(at + 1): \(problem)",
      whatToDo: "write one JSON object on one line, as RFC 8259 has it")
  }

  /// The byte at the position, or 0 at the end; 0 is never valid in JSON outside a text.
  private var byte: UInt8 { at < end ? source[at] : 0 }

  @inline(__always)
  private mutating func skipSpace() {
    // Bodies have none.
    guard byte <= 0x20 else { return }
    while at < end {
      switch source[at] {
      case 0x20, 0x09, 0x0A, 0x0D: at += 1
      default: return
      }
    }
  }

  private mutating func value(depth: Int, key: Range<Int> = 0..<0) throws(Refusal) {
    skipSpace()
    guard depth <= JSONDocument.depthMax else { throw fault("nested deeper than \(JSONDocument.depthMax)") }
    let start = at
    switch byte {
    case 0x7B: try object(depth: depth, key: key)
    case 0x5B: try list(depth: depth, key: key)
    case 0x22:
      let text = try text()
      nodes.append(JSONNode(.text, text, key: key, raw: start..<at))
    case 0x2D, 0x30...0x39:
      try number()
      nodes.append(JSONNode(.number, start..<at, key: key, raw: start..<at))
    case 0x74: try word("true", .boolean, key: key)
    case 0x66: try word("false", .boolean, key: key)
    case 0x6E: try word("null", .null, key: key)
    default: throw fault(at < end ? "a value must begin here" : "the line ends too early")
    }
  }

  private mutating func word(_ word: StaticString, _ kind: JSONKind, key: Range<Int>) throws(Refusal) {
    let stop = at + word.utf8CodeUnitCount
    guard stop <= end, word.isEqual(to: source[at..<stop]) else { throw fault("an unknown word") }
    nodes.append(JSONNode(kind, at..<stop, key: key, raw: at..<stop))
    at = stop
  }

  private mutating func object(depth: Int, key: Range<Int>) throws(Refusal) {
    let node = nodes.count
    nodes.append(JSONNode(.object, at..<at, key: key, raw: at..<at))
    at += 1
    skipSpace()
    var members = 0
    // A bit for each name by its length and first letter: only names that share one are compared.
    var seen: UInt64 = 0
    if byte == 0x7D {
      at += 1
    } else {
      while true {
        skipSpace()
        guard byte == 0x22 else { throw fault("a member's name must begin here") }
        let key = try text()
        members += 1
        guard members <= JSONDocument.membersMax else { throw fault("more than \(JSONDocument.membersMax) members") }
        let bit: UInt64 = 1 << ((key.isEmpty ? 0 : UInt64(byte(ofText: key.lowerBound)) &+ UInt64(key.count) &* 7) & 63)
        if seen & bit != 0 { try refuseDuplicate(key, in: node) }
        seen |= bit
        skipSpace()
        guard byte == 0x3A else { throw fault("a colon must stand here") }
        at += 1
        try value(depth: depth + 1, key: key)
        skipSpace()
        if byte == 0x2C {
          at += 1
          continue
        }
        guard byte == 0x7D else { throw fault("a comma or a closing brace must stand here") }
        at += 1
        break
      }
    }
    nodes[node].close(next: nodes.count, rawEnd: at)
  }

  /// RFC 8259 section 4 leaves duplicates open; here they are refused, as readers would disagree.
  private func refuseDuplicate(_ key: Range<Int>, in node: Int) throws(Refusal) {
    var child = node + 1
    while child < nodes.count {
      let known = nodes[child].key
      if known.count == key.count,
        (0..<key.count).allSatisfy({ byte(ofText: known.lowerBound + $0) == byte(ofText: key.lowerBound + $0) })
      {
        throw Refusal(
          field: String(decoding: key.map { byte(ofText: $0) }, as: UTF8.self), problem: "a member stands twice",
          whatToDo: "write each member once", fieldIsKnown: false)
      }
      child = nodes[child].end(of: child)
    }
  }

  /// A byte of a text, which stands in the source or decoded.
  private func byte(ofText place: Int) -> UInt8 { place < end ? source[place] : decodedTexts[place - end] }

  private mutating func list(depth: Int, key: Range<Int>) throws(Refusal) {
    let node = nodes.count
    nodes.append(JSONNode(.list, at..<at, key: key, raw: at..<at))
    at += 1
    skipSpace()
    if byte == 0x5D {
      at += 1
    } else {
      while true {
        try value(depth: depth + 1)
        skipSpace()
        if byte == 0x2C {
          at += 1
          continue
        }
        guard byte == 0x5D else { throw fault("a comma or a closing bracket must stand here") }
        at += 1
        break
      }
    }
    nodes[node].close(next: nodes.count, rawEnd: at)
  }

  /// RFC 8259 section 6: `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`
  private mutating func number() throws(Refusal) {
    if byte == 0x2D { at += 1 }
    if byte == 0x30 { at += 1 } else { try digits() }
    if byte == 0x2E {
      at += 1
      try digits()
    }
    if byte | 0x20 == 0x65 {
      at += 1
      if byte == 0x2B || byte == 0x2D { at += 1 }
      try digits()
    }
  }

  private mutating func digits() throws(Refusal) {
    guard (0x30...0x39).contains(byte) else { throw fault("a digit must stand here") }
    while (0x30...0x39).contains(byte) { at += 1 }
  }

  /// The span of a text's decoded bytes; the position moves behind the closing quote.
  @inline(__always)
  private mutating func text() throws(Refusal) -> Range<Int> {
    let start = at + 1
    let stop = source.span.bytes.firstSpecial(from: start, isBeyondASCII: true)
    if stop < end, source[stop] == 0x22 {
      at = stop + 1
      return start..<stop
    }
    return try decodedText(from: start, plainTo: stop)
  }

  /// The way of texts with escapes or with letters beyond ASCII.
  private mutating func decodedText(from start: Int, plainTo plain: Int) throws(Refusal) -> Range<Int> {
    var decoded: [UInt8] = []
    var copiedTo = start
    var isSuspect = false
    at = plain
    while at < end {
      let byte = source[at]
      switch byte {
      case 0x22:
        let stop = at
        at += 1
        if copiedTo == start && !isSuspect { return start..<stop }
        decoded.append(contentsOf: source[copiedTo..<stop])
        if isSuspect { decoded = NFC.normalized(String(decoding: decoded, as: UTF8.self)) }
        let from = end + decodedTexts.count
        decodedTexts.append(contentsOf: decoded)
        return from..<(end + decodedTexts.count)
      case 0x5C:
        decoded.append(contentsOf: source[copiedTo..<at])
        let scalar = try escape()
        if scalar.value >= NFC.firstSuspect { isSuspect = true }
        decoded.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        copiedTo = at
      case 0..<0x20: throw fault("a control character must be escaped")
      case 0x20..<0x80: at = source.span.bytes.firstSpecial(from: at + 1, isBeyondASCII: true)
      default:
        guard let (value, length) = UTF8Reader.scalar(in: source.span, at: at) else {
          throw fault("not UTF-8")
        }
        if value >= NFC.firstSuspect { isSuspect = true }
        at += length
      }
    }
    throw fault("a text never ends")
  }

  /// RFC 8259 section 7. A lone surrogate is refused: it has no UTF-8.
  private mutating func escape() throws(Refusal) -> Unicode.Scalar {
    at += 1
    let letter = byte
    at += 1
    switch letter {
    case 0x22, 0x5C, 0x2F: return Unicode.Scalar(letter)
    case 0x62: return "\u{08}"
    case 0x66: return "\u{0C}"
    case 0x6E: return "\n"
    case 0x72: return "\r"
    case 0x74: return "\t"
    case 0x75:
      let high = try hexadecimal()
      if let scalar = Unicode.Scalar(UInt32(high)) { return scalar }
      guard high < 0xDC00, byte == 0x5C, at + 1 < end, source[at + 1] == 0x75 else {
        throw fault("half of a surrogate pair")
      }
      at += 2
      let low = try hexadecimal()
      guard (0xDC00...0xDFFF).contains(low),
        let scalar = Unicode.Scalar(0x10000 + (UInt32(high) & 0x3FF) << 10 + UInt32(low) & 0x3FF)
      else { throw fault("half of a surrogate pair") }
      return scalar
    default: throw fault("an unknown escape")
    }
  }

  private mutating func hexadecimal() throws(Refusal) -> UInt16 {
    var value: UInt16 = 0
    for _ in 0..<4 {
      let digit = byte
      switch digit {
      case 0x30...0x39: value = value << 4 | UInt16(digit - 0x30)
      case 0x41...0x46, 0x61...0x66: value = value << 4 | UInt16((digit | 0x20) - 0x57)
      default: throw fault("four hexadecimal digits must stand here")
      }
      at += 1
    }
    return value
  }
}
