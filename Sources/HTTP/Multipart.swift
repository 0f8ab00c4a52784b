import Glibc

/// Takes apart what a browser sends with a file, `multipart/form-data` (RFC 7578, RFC 2046 section 5.1), piece by piece in bounded memory: of
/// the content nothing is kept but what could be the beginning of a boundary.
public struct Multipart: Sendable {
  /// What comes out, in order.
  public enum Event: Hashable, Sendable {
    /// A part begins: the name of its field, and of its file where it is one.
    case part(name: String, file: String?)
    /// More of its content.
    case content([UInt8])
    /// It is complete.
    case end
  }

  /// What is wrong with an upload.
  public enum Fault: Error, Hashable, Sendable, CustomStringConvertible {
    /// The head of a part is longer than `longestHead`.
    case longHead
    /// The head of a part does not say, in UTF-8, which field it is.
    case badHead
    /// There are more than the form may have.
    case manyParts
    /// After a boundary stands something else than a line's end or the end of all.
    case badBoundary
    /// The upload ended within a part, or before one.
    case broken

    /// One sentence for whoever wrote the client.
    public var description: String {
      switch self {
      case .longHead: "the head of a part is longer than \(Multipart.longestHead) bytes"
      case .badHead: "a part has no Content-Disposition: form-data with a name in UTF-8"
      case .manyParts: "there are more parts than the form has fields"
      case .badBoundary: "a boundary is followed by something else than a line's end"
      case .broken: "the upload ends before its last boundary"
      }
    }
  }

  /// Bytes of a part's head: a name and a file's name.
  public static let longestHead = 4 << 10
  /// Parts of an upload, more than any page has.
  public static let mostParts = 32

  private enum Place { case before, boundary, head, content, over }

  private let delimiter: [UInt8]
  private var buffer: [UInt8]
  private var place = Place.before
  private var parts = 0
  private let partLimit: Int

  /// A reader for the boundary of a request; nil when its media type is no `multipart/form-data` with one.
  public init?(_ request: Request, mostParts: Int = Multipart.mostParts) {
    guard let type = request.headers["Content-Type"], let boundary = Self.boundary(type) else { return nil }
    self.init(boundary: boundary, mostParts: mostParts)
  }

  /// A reader for a boundary.
  public init(boundary: String, mostParts: Int = Multipart.mostParts) {
    partLimit = mostParts
    delimiter = Array("\r\n--\(boundary)".utf8)
    // So that the first boundary, which nothing precedes, is found as the others are.
    buffer = [0x0D, 0x0A]
  }

  /// The boundary that a media type names: 1 to 70 characters that need no escape (RFC 2046 section 5.1.1).
  static func boundary(_ type: String) -> String? {
    let pieces = type.split(separator: ";").map { trimmed($0) }
    guard let first = pieces.first, Headers.same(first, "multipart/form-data") else { return nil }
    for piece in pieces.dropFirst() {
      guard let equals = piece.firstIndex(of: "="), Headers.same(String(piece[..<equals]), "boundary") else { continue }
      var value = String(piece[piece.index(after: equals)...])
      if value.utf8.count >= 2, value.hasPrefix("\""), value.hasSuffix("\"") {
        value = String(value.dropFirst().dropLast())
      }
      let isPlain = value.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case 0x27...0x29, 0x2B...0x2F, 0x3A, 0x3D, 0x3F, 0x5F, 0x20: true
        default: false
        }
      }
      guard (1...70).contains(value.utf8.count), isPlain, value.last != " " else { return nil }
      return value
    }
    return nil
  }

  private static func trimmed(_ text: some StringProtocol) -> String {
    String(text.drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
  }

  /// Takes the next piece.
  public mutating func receive(_ piece: some Collection<UInt8>) throws(Fault) -> [Event] {
    if place == .over { return [] }
    buffer += piece
    var events: [Event] = []
    while try step(&events) {}
    return events
  }

  /// There is no more.
  public func finish() throws(Fault) {
    guard place == .over else { throw .broken }
  }

  /// Goes one step; false when more bytes are needed.
  private mutating func step(_ events: inout [Event]) throws(Fault) -> Bool {
    switch place {
    case .over:
      buffer = []
      return false
    case .before, .content:
      let isContent = place == .content
      if let found = find(delimiter) {
        if isContent {
          if found > 0 { events.append(.content(Array(buffer[..<found]))) }
          events.append(.end)
        }
        buffer.removeFirst(found + delimiter.count)
        place = .boundary
        return true
      }
      let kept = min(buffer.count, delimiter.count - 1)
      let done = buffer.count - kept
      if isContent, done > 0 { events.append(.content(Array(buffer[..<done]))) }
      buffer.removeFirst(done)
      return false
    case .boundary: return try afterBoundary()
    case .head: return try head(&events)
    }
  }

  private mutating func afterBoundary() throws(Fault) -> Bool {
    // RFC 2046 section 5.1.1: white space may pad the line.
    let padding = buffer.prefix { $0 == 0x20 || $0 == 0x09 }.count
    guard padding <= 70 else { throw .badBoundary }
    guard buffer.count >= padding + 2 else { return false }
    switch (buffer[padding], buffer[padding + 1]) {
    case (0x2D, 0x2D) where padding == 0: place = .over
    case (0x0D, 0x0A):
      parts += 1
      guard parts <= partLimit else { throw .manyParts }
      buffer.removeFirst(padding)
      place = .head
    default: throw .badBoundary
    }
    return true
  }

  private mutating func head(_ events: inout [Event]) throws(Fault) -> Bool {
    // The buffer begins with the line's end after the boundary, which ends an empty head too.
    guard let end = find([0x0D, 0x0A, 0x0D, 0x0A]) else {
      guard buffer.count <= Self.longestHead else { throw .longHead }
      return false
    }
    guard end <= Self.longestHead else { throw .longHead }
    guard let text = String(validating: buffer[..<end], as: UTF8.self), let (name, file) = Self.disposition(text) else {
      throw .badHead
    }
    events.append(.part(name: name, file: file))
    buffer.removeFirst(end + 4)
    place = .content
    return true
  }

  /// Name of field and file that the head says.
  private static func disposition(_ head: String) -> (String, String?)? {
    for line in head.split(separator: "\r\n") {
      guard let colon = line.firstIndex(of: ":"), Headers.same(String(line[..<colon]), "Content-Disposition") else {
        continue
      }
      let words = parameters(Array(line[line.index(after: colon)...].utf8))
      guard let words, Headers.same(words.value, "form-data"), let name = words.named["name"] else { return nil }
      return (name, words.named["filename"])
    }
    return nil
  }

  /// `form-data; name="a"; filename="b.csv"`; quoted texts have `%22` for a quote (WHATWG HTML, multipart/form-data) or a backslash
  /// before it (RFC 9110 section 5.6.4).
  private static func parameters(_ bytes: [UInt8]) -> (value: String, named: [String: String])? {
    var pieces: [[UInt8]] = [[]]
    var isQuoted = false
    var isEscaped = false
    for byte in bytes {
      if isEscaped {
        isEscaped = false
      } else if isQuoted, byte == 0x5C {
        isEscaped = true
        continue
      } else if byte == 0x22 {
        isQuoted.toggle()
        continue
      } else if byte == 0x3B, !isQuoted {
        pieces.append([])
        continue
      }
      pieces[pieces.count - 1].append(byte)
    }
    guard !isQuoted, !isEscaped else { return nil }
    let texts = pieces.map { trimmed(String(decoding: $0, as: UTF8.self)) }
    var named: [String: String] = [:]
    for text in texts.dropFirst() {
      guard let equals = text.firstIndex(of: "=" as Character) else { continue }
      let name = String(text[..<equals]).lowercased()
      guard named[name] == nil else { return nil }
      named[name] = String(text[text.index(after: equals)...]).replacing("%22", with: "\"")
    }
    return (texts.first ?? "", named)
  }

  /// Where `wanted` begins in the buffer. Its first byte is looked for by `memchr`, as a file may be long.
  private func find(_ wanted: [UInt8]) -> Int? {
    guard let first = wanted.first else { return nil }
    return buffer.withUnsafeBytes { all in
      var start = 0
      while let rest = all.baseAddress?.advanced(by: start), start + wanted.count <= all.count,
        let found = memchr(rest, Int32(first), all.count - start)
      {
        let place = start + rest.distance(to: UnsafeRawPointer(found))
        guard place + wanted.count <= all.count else { return nil }
        if all[place..<place + wanted.count].elementsEqual(wanted) { return place }
        start = place + 1
      }
      return nil
    }
  }
}
