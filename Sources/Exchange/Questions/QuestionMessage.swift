import Sodium
import Terms

/// What two nodes say to each other when one asks for records that the other keeps. Layouts in RFC 8446 presentation language,
/// as in Docs/protocol/questions.md.
public enum QuestionMessage: Hashable, Sendable {
  /// From the asker: a question, sealed to the origin's sealing key.
  case ask(request: UInt64, sealed: [UInt8])
  /// From the origin: the answer, sealed to the question's own key.
  case answer(request: UInt64, sealed: [UInt8])
  /// From the origin: there is no answer, and why.
  case decline(request: UInt64, QuestionRefusal)

  /// The types that messages about questions have.
  public static let types: ClosedRange<UInt8> = 0x28...0x2A
  /// The longest sealed question, in bytes.
  public static let longestQuestion = Question.longest + SealedBox.overheadByteCount
  /// The longest sealed answer, in bytes.
  public static let longestAnswer = Answer.longest + SealedBox.overheadByteCount

  /// The type byte on the wire.
  public var type: UInt8 {
    switch self {
    case .ask: 0x28
    case .answer: 0x29
    case .decline: 0x2A
    }
  }

  /// The payload on the wire.
  public var payload: [UInt8] {
    var writer: ByteWriter
    switch self {
    case .ask(let request, let sealed), .answer(let request, let sealed):
      writer = ByteWriter(capacity: sealed.count + 16)
      writer.uint64(request)
      writer.vector24(sealed)
    case .decline(let request, let refusal):
      writer = ByteWriter(capacity: 256)
      writer.uint64(request)
      writer.uint8(refusal.code)
      writer.reason(refusal.reason)
    }
    return writer.bytes
  }

  /// Reads a message.
  /// - Throws: `ByteError` when the type is unknown or the payload is not that of its type.
  public init(type: UInt8, payload: [UInt8]) throws(ByteError) {
    guard Self.types.contains(type) else {
      throw ByteError(field: "message type", offset: 0, problem: "\(type) is not about questions")
    }
    var reader = ByteReader(payload)
    let request = try reader.uint64("request")
    switch type {
    case 0x28: self = .ask(request: request, sealed: try reader.sealed("question", longest: Self.longestQuestion))
    case 0x29: self = .answer(request: request, sealed: try reader.sealed("answer", longest: Self.longestAnswer))
    default:
      let code = try reader.uint8("code")
      self = .decline(request: request, QuestionRefusal(code: code, reason: try reader.reason()))
    }
    try reader.finish("message")
  }
}

extension ByteReader {
  fileprivate mutating func sealed(_ field: String, longest: Int) throws(ByteError) -> [UInt8] {
    let at = offset
    let bytes = try vector24(field)
    guard (SealedBox.overheadByteCount...longest).contains(bytes.count) else {
      throw ByteError(field: field, offset: at, problem: "\(bytes.count) bytes, at most \(longest) are taken")
    }
    return Array(bytes)
  }
}

/// Why an origin does not answer a question.
public struct QuestionRefusal: Error, Hashable, Sendable, CustomStringConvertible {
  /// The reasons that this version knows. Others may come; whoever does not know one shows its sentence.
  public enum Known: UInt8, Sendable, CaseIterable {
    /// The agreement in force does not let the asker ask this.
    case notShared = 1
    /// The agreement in force does not let this role look the stream up.
    case role = 2
    /// The question does not open, cannot be read, or asks for what the definition does not have.
    case notRead = 3
    /// Too many are asked, or too fast.
    case busy = 4
    /// The lookup could not be logged.
    case notLogged = 5
    /// The origin cannot read its records just now.
    case unreadable = 6
  }

  /// The number on the wire.
  public let code: UInt8
  /// One sentence for the other side, without personal data.
  public let reason: String

  /// The reason, where this version knows it.
  public var known: Known? { Known(rawValue: code) }

  /// A reason with its sentence.
  public init(_ known: Known, _ reason: String) { (code, self.reason) = (known.rawValue, reason) }

  init(code: UInt8, reason: String) { (self.code, self.reason) = (code, reason) }

  /// The sentence.
  public var description: String { reason }
}

/// Why a question was not answered by the node of another country.
public enum QuestionFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// There is no link with the neighbour, since when.
  case linkDown(CountryCode, since: Instant)
  /// The neighbour's program does not know questions.
  case notUnderstood(CountryCode)
  /// The link ended before the answer came.
  case gone(CountryCode)
  /// The neighbour refused.
  case refused(CountryCode, QuestionRefusal)
  /// Too many questions to the same neighbour wait.
  case busy(CountryCode)
  /// No answer came in time.
  case tooSlow(CountryCode)
  /// What came is not an answer to the question.
  case broken(CountryCode, String)
  /// The question could not be put.
  case notAsked(CountryCode, String)

  /// One sentence for a person, ending in what to do.
  public var description: String {
    switch self {
    case .linkDown(let country, let since):
      "the link with \(country) is down since \(since.wholeSeconds); ask again when status shows that it is up"
    case .notUnderstood(let country):
      "the node of \(country) does not know questions; its operator must install a newer program"
    case .gone(let country): "the link with \(country) ended before the answer came; ask again"
    case .refused(let country, let refusal): "\(country) says: \(refusal.reason)"
    case .busy(let country): "too many questions to \(country) wait; ask again in a moment"
    case .tooSlow(let country): "\(country) did not answer in time; ask again, or when the line is better"
    case .broken(let country, let what):
      "what \(country) sent is no answer to the question (\(what)); nothing of it is shown, tell its operator"
    case .notAsked(let country, let why): "\(country) was not asked: \(why)"
    }
  }
}
