import Ledger
import Sodium
import Terms

/// What an officer asks the node of another country: who asks what for, of which stream, and which records are wanted. Layout
/// in RFC 8446 presentation language in Docs/protocol/questions.md. It travels sealed to the origin's sealing key.
public struct Question: Hashable, Sendable {
  /// The longest question, in bytes: room for all names and a number of values.
  public static let longest = 16 << 10
  /// The most values of each kind that a question may have.
  public static let mostTerms = 64
  /// The most records that may be asked for at once.
  public static let mostRecords = 500
  /// The longest texts, in bytes: what the lookup log takes, which counts characters, with room for accents.
  public static let (longestOfficer, longestRole, longestPurpose, longestPost) = (128, 64, 255, 200)
  /// The longest value searched for, in bytes.
  public static let longestValue = 500

  /// The stream, as the agreement names it.
  public var stream: StreamName
  /// The agreement that is in force at the asker.
  public var agreement: Digest
  /// Where the answer is sealed to: an X25519 public key made for this question alone. Of a question that fetches an
  /// attachment, the secret from which the key of its pieces is derived.
  public var key: Digest
  /// Who asks.
  public var officer: String
  /// In which role.
  public var role: String
  /// What for.
  public var purpose: String
  /// At which post the officer is; empty when at none.
  public var post = ""
  /// Whether replaced and withdrawn records are wanted too.
  public var history = false
  /// Not before.
  public var since: Instant?
  /// Before.
  public var until: Instant?
  /// The most records.
  public var limit = 100
  /// Of a stream that is replicated: how many of its entries the asker holds. Nil of one in mode `query`.
  public var held: UInt64?
  /// Values that a record must have, all of them.
  public var all: [SearchKey] = []
  /// Values of which a record must have one; empty when none is asked.
  public var any: [SearchKey] = []
  /// Plain fields and the values that they must have.
  public var filters: [SearchKey] = []

  /// A question that asks for everything that is shared.
  public init(
    stream: StreamName, agreement: Digest, key: Digest, officer: String, role: String, purpose: String
  ) {
    (self.stream, self.agreement, self.key) = (stream, agreement, key)
    (self.officer, self.role, self.purpose) = (officer, role, purpose)
  }

  /// The question's bytes.
  public var bytes: [UInt8] {
    var writer = ByteWriter(capacity: 512)
    writer.digest(key)
    writer.stream(stream)
    writer.digest(agreement)
    for text in [officer, role, purpose, post] { writer.vector8(Array(text.utf8)) }
    writer.uint8(history ? 1 : 0)
    for moment in [since, until] { writer.uint64(moment.map { UInt64(clamping: $0.milliseconds) } ?? UInt64.max) }
    writer.uint16(UInt16(clamping: limit))
    writer.uint64(held ?? UInt64.max)
    for terms in [all, any, filters] {
      writer.uint8(UInt8(clamping: terms.count))
      for term in terms {
        writer.vector8(Array(term.field.utf8))
        writer.vector16(term.value)
      }
    }
    return writer.bytes
  }

  /// Reads a question.
  /// - Throws: `ByteError` naming what cannot be read or goes beyond a limit.
  public init(_ bytes: [UInt8]) throws(ByteError) {
    guard bytes.count <= Self.longest else {
      throw ByteError(field: "question", offset: 0, problem: "longer than \(Self.longest) bytes")
    }
    var reader = ByteReader(bytes)
    let key = try reader.digest("key")
    let stream = try reader.stream()
    let agreement = try reader.digest("agreement")
    let officer = try reader.line("officer", 1...Self.longestOfficer)
    let role = try reader.line("role", 1...Self.longestRole)
    let purpose = try reader.line("purpose", 1...Self.longestPurpose)
    self.init(stream: stream, agreement: agreement, key: key, officer: officer, role: role, purpose: purpose)
    post = try reader.line("post", 0...Self.longestPost)
    switch try reader.uint8("flags") {
    case 0: history = false
    case 1: history = true
    case let flags: throw ByteError(field: "flags", offset: reader.offset, problem: "\(flags) is unknown")
    }
    since = try reader.moment("since")
    until = try reader.moment("until")
    limit = Int(try reader.uint16("limit"))
    guard (1...Self.mostRecords).contains(limit) else {
      throw ByteError(
        field: "limit", offset: reader.offset, problem: "1 to \(Self.mostRecords) records may be asked for")
    }
    let size = try reader.uint64("held")
    held = size == UInt64.max ? nil : size
    all = try reader.terms("all")
    any = try reader.terms("any")
    filters = try reader.terms("filters")
    try reader.finish("question")
  }

  /// What the answer refers to: SHA-256 of the question's bytes. They hold a random key, so it tells nothing of them.
  public var digest: Digest { SHA256.hash(bytes) }

  /// The origin line under which an answer is signed: `<realm>/<stream>/answers/<digest>`. No log has such a name.
  public func answerOrigin(in realm: Realm) -> String { "\(stream.checkpointOrigin(in: realm))/answers/\(digest)" }

  /// Seals the question for the origin.
  public func sealed(to key: ExchangePublicKey, _ entropy: some Entropy) throws(SodiumError) -> [UInt8] {
    try SealedBox.seal(SecretBytes(copying: bytes), to: key, entropy)
  }

  /// Opens a question that was sealed to this node.
  /// - Throws: `QuestionRefusal` when it does not open or cannot be read.
  public init(opening sealed: [UInt8], with key: borrowing ExchangeKey) throws(QuestionRefusal) {
    let plain: [UInt8]
    do throws(SodiumError) {
      let opened = try SealedBox.open(sealed, with: key)
      plain = opened.withUnsafeBytes { Array($0) }
    } catch { throw QuestionRefusal(.notRead, "the question does not open: it was sealed to another key") }
    do throws(ByteError) { try self.init(plain) } catch {
      throw QuestionRefusal(.notRead, "the question cannot be read: \(error.field): \(error.problem)")
    }
  }
}

extension ByteReader {
  /// A text on one line, which is shown and logged.
  fileprivate mutating func line(_ field: String, _ lengths: ClosedRange<Int>) throws(ByteError) -> String {
    let at = offset
    let text = try ByteReader.text(try vector8(field), field)
    guard lengths.contains(text.utf8.count) else {
      throw ByteError(
        field: field, offset: at, problem: "\(lengths.lowerBound) to \(lengths.upperBound) bytes are expected")
    }
    guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
      throw ByteError(field: field, offset: at, problem: "control characters")
    }
    return text
  }

  /// A moment in milliseconds, or none.
  fileprivate mutating func moment(_ field: String) throws(ByteError) -> Instant? {
    let at = offset
    let number = try uint64(field)
    guard number != UInt64.max else { return nil }
    guard number <= UInt64(Instant.latest.milliseconds) else {
      throw ByteError(field: field, offset: at, problem: "no moment")
    }
    return Instant(milliseconds: Int64(number))
  }

  fileprivate mutating func terms(_ field: String) throws(ByteError) -> [SearchKey] {
    let at = offset
    let count = Int(try uint8(field))
    guard count <= Question.mostTerms else {
      throw ByteError(field: field, offset: at, problem: "at most \(Question.mostTerms) values may be asked for")
    }
    var terms: [SearchKey] = []
    for _ in 0..<count {
      let name = try line("a name of \(field)", 1...128)
      let value = Array(try vector16("a value of \(field)"))
      guard (1...Question.longestValue).contains(value.count) else {
        throw ByteError(field: field, offset: at, problem: "a value has 1 to \(Question.longestValue) bytes")
      }
      terms.append(SearchKey(field: name, value: value))
    }
    return terms
  }
}
