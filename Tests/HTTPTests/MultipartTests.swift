import Testing

@testable import HTTP

/// What browsers send with files, whole and in any pieces, and what nobody should send.
@Suite struct MultipartTests {
  private static let boundary = "----WebKitFormBoundary7MA4YWxkTrZu0gW"

  private static func body(_ parts: [(head: String, content: [UInt8])], boundary: String = boundary) -> [UInt8] {
    var bytes: [UInt8] = []
    for part in parts {
      bytes += Array("--\(boundary)\r\n\(part.head)\r\n\r\n".utf8) + part.content + [0x0D, 0x0A]
    }
    return bytes + Array("--\(boundary)--\r\n".utf8)
  }

  /// The parts that come out, content joined.
  private func parts(_ bytes: [UInt8], pieces: (Int) -> Int) throws(Multipart.Fault) -> [[String]] {
    var reader = Multipart(boundary: Self.boundary)
    var found: [[String]] = []
    var content: [UInt8] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      let size = min(max(pieces(rest.count), 1), rest.count)
      for event in try reader.receive(rest.prefix(size)) {
        switch event {
        case .part(let name, let file): found.append([name, file ?? "-"])
        case .content(let more): content += more
        case .end:
          found[found.count - 1].append(String(decoding: content, as: UTF8.self))
          content = []
        }
      }
      rest = rest.dropFirst(size)
    }
    try reader.finish()
    return found
  }

  static let good: [(head: String, content: [UInt8])] = [
    ("Content-Disposition: form-data; name=\"token\"", Array("abc".utf8)),
    (
      "Content-Disposition: form-data; name=\"file\"; filename=\"salidas %22ñ%22;=.csv\"\r\nContent-Type: text/csv",
      Array("event;time\r\n--\r\n----WebKitFormBoundary7MA4\r\n\r\n".utf8)
    ),
    ("content-disposition: FORM-DATA; name=empty", []),
  ]
  static let expected = [
    ["token", "-", "abc"],
    ["file", "salidas \"ñ\";=.csv", "event;time\r\n--\r\n----WebKitFormBoundary7MA4\r\n\r\n"], ["empty", "-", ""],
  ]

  @Test func theSamePartsComeOutHoweverThePiecesFall() throws {
    let bytes = Self.body(Self.good)
    #expect(try parts(bytes) { $0 } == Self.expected)
    for size in 1...80 { #expect(try parts(bytes) { _ in size } == Self.expected, "pieces of \(size)") }
    var random = SystemRandomNumberGenerator()
    for _ in 0..<200 { #expect(try parts(bytes) { Int.random(in: 1...$0, using: &random) } == Self.expected) }
  }

  @Test func whatStandsBeforeAndAfterIsNobodys() throws {
    let bytes = Array("preamble\r\n".utf8) + Self.body(Self.good) + Array("epilogue --\(Self.boundary)\r\n".utf8)
    #expect(try parts(bytes) { _ in 7 } == Self.expected)
  }

  @Test func aBrokenUploadIsRefusedWhereverItBreaks() {
    let bytes = Self.body(Self.good)
    for end in 0..<(bytes.count - 4) {
      #expect(throws: Multipart.Fault.broken, "cut at \(end)") { try parts(Array(bytes[..<end])) { _ in 11 } }
    }
  }

  @Test func headsAndBoundariesAreBounded() {
    let long = [("Content-Disposition: form-data; name=\"\(String(repeating: "a", count: 5_000))\"", [UInt8]())]
    #expect(throws: Multipart.Fault.longHead) { try parts(Self.body(long)) { _ in 100 } }
    #expect(throws: Multipart.Fault.longHead) {
      try parts(Array("--\(Self.boundary)\r\n".utf8) + [UInt8](repeating: 0x41, count: 10_000)) { _ in 1_000 }
    }
    for head in [
      "Content-Type: text/plain", "Content-Disposition: form-data", "Content-Disposition: attachment; name=\"a\"",
      "Content-Disposition: form-data; name=\"a\"; name=\"b\"", "Content-Disposition: form-data; name=\"a",
    ] {
      #expect(throws: Multipart.Fault.badHead, "\(head)") { try parts(Self.body([(head, [0x61])])) { $0 } }
    }
    let many = (0...Multipart.mostParts).map { ("Content-Disposition: form-data; name=\"\($0)\"", [UInt8]()) }
    #expect(throws: Multipart.Fault.manyParts) { try parts(Self.body(many)) { $0 } }
    #expect(throws: Multipart.Fault.badBoundary) { try parts(Array("--\(Self.boundary)x\r\n".utf8)) { $0 } }
  }

  @Test func changedBytesAreReadOrRefusedAndNeverTrap() {
    let bytes = Self.body(Self.good)
    var random = SystemRandomNumberGenerator()
    for _ in 0..<3_000 {
      var changed = bytes
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0..<changed.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: changed[place] = UInt8.random(in: 0...255, using: &random)
        case 1: changed.remove(at: place)
        default: changed.insert(contentsOf: [0x0D, 0x0A, 0x2D, 0x2D].shuffled(using: &random), at: place)
        }
      }
      _ = try? parts(changed) { Int.random(in: 1...$0, using: &random) }
    }
  }

  @Test func theBoundaryStandsInTheMediaType() {
    #expect(Multipart.boundary("multipart/form-data; boundary=abc") == "abc")
    #expect(
      Multipart.boundary("Multipart/Form-Data; charset=utf-8; Boundary=\"a b'()+_,-./:=?c\"") == "a b'()+_,-./:=?c")
    for type in [
      "multipart/mixed; boundary=abc", "multipart/form-data", "multipart/form-data; boundary=",
      "multipart/form-data; boundary=\"a\u{1}\"", "multipart/form-data; boundary=\(String(repeating: "a", count: 71))",
    ] { #expect(Multipart.boundary(type) == nil, "\(type)") }
  }
}
