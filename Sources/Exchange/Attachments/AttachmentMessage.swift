import Sodium
import Terms

/// What two nodes say to each other about attachments. Layouts in RFC 8446 presentation language, as in
/// Docs/protocol/attachments.md.
public enum AttachmentMessage: Hashable, Sendable {
  /// From the asker: send the attachment of this record.
  case fetch(request: UInt64, AttachmentPlace)
  /// From the owner: it has so many bytes; with the header of the sealed stream.
  case begin(request: UInt64, byteCount: UInt64, header: [UInt8])
  /// From the owner: the next piece, sealed.
  case piece(request: UInt64, number: UInt32, sealed: [UInt8])
  /// From the asker: so many pieces are taken, more may come.
  case taken(request: UInt64, pieces: UInt32)
  /// From the owner: nothing more comes, and why.
  case end(request: UInt64, AttachmentRefusal)
  /// From the asker: send no more.
  case stop(request: UInt64)

  /// The types that messages about attachments have.
  public static let types: ClosedRange<UInt8> = 0x20...0x26
  /// The longest sealed piece, in bytes.
  public static let longestPiece = AttachmentExchange.pieceByteCount + SecretStream.overheadByteCount

  /// The type byte on the wire.
  public var type: UInt8 {
    switch self {
    case .fetch(_, let place): place.question == nil ? 0x20 : 0x26
    case .begin: 0x21
    case .piece: 0x22
    case .taken: 0x23
    case .end: 0x24
    case .stop: 0x25
    }
  }

  /// The payload on the wire.
  public var payload: [UInt8] {
    var writer = ByteWriter(capacity: 256)
    switch self {
    case .fetch(let request, let place):
      writer.uint64(request)
      writer.stream(place.stream)
      if let question = place.question {
        writer.digest(place.digest)
        writer.vector16(question)
      } else {
        writer.uint64(place.index)
        writer.digest(place.digest)
      }
    case .begin(let request, let byteCount, let header):
      writer.uint64(request)
      writer.uint64(byteCount)
      writer.raw(header)
    case .piece(let request, let number, let sealed):
      writer = ByteWriter(capacity: sealed.count + 16)
      writer.uint64(request)
      writer.uint32(number)
      writer.vector16(sealed)
    case .taken(let request, let pieces):
      writer.uint64(request)
      writer.uint32(pieces)
    case .end(let request, let refusal):
      writer.uint64(request)
      writer.uint8(refusal.code)
      writer.reason(refusal.reason)
    case .stop(let request): writer.uint64(request)
    }
    return writer.bytes
  }

  /// Reads a message.
  /// - Throws: `ByteError` when the type is unknown or the payload is not that of its type.
  public init(type: UInt8, payload: [UInt8]) throws(ByteError) {
    guard Self.types.contains(type) else {
      throw ByteError(field: "message type", offset: 0, problem: "\(type) is not about attachments")
    }
    var reader = ByteReader(payload)
    let request = try reader.uint64("request")
    switch type {
    case 0x20:
      let stream = try reader.stream()
      let index = try reader.uint64("index")
      self = .fetch(
        request: request, AttachmentPlace(stream: stream, index: index, digest: try reader.digest("digest")))
    case 0x21:
      let byteCount = try reader.uint64("size")
      self = .begin(
        request: request, byteCount: byteCount, header: Array(try reader.raw(SecretStream.headerByteCount, "header")))
    case 0x22:
      let number = try reader.uint32("number")
      let at = reader.offset
      let sealed = Array(try reader.vector16("piece"))
      guard (SecretStream.overheadByteCount...Self.longestPiece).contains(sealed.count) else {
        throw ByteError(field: "piece", offset: at, problem: "\(sealed.count) bytes")
      }
      self = .piece(request: request, number: number, sealed: sealed)
    case 0x23: self = .taken(request: request, pieces: try reader.uint32("pieces"))
    case 0x24:
      let code = try reader.uint8("code")
      self = .end(request: request, AttachmentRefusal(code: code, reason: try reader.reason()))
    case 0x26:
      let stream = try reader.stream()
      let digest = try reader.digest("digest")
      let at = reader.offset
      let question = Array(try reader.vector16("question"))
      guard (SealedBox.overheadByteCount...QuestionMessage.longestQuestion).contains(question.count) else {
        throw ByteError(field: "question", offset: at, problem: "\(question.count) bytes")
      }
      self = .fetch(request: request, AttachmentPlace(stream: stream, question: question, digest: digest))
    default: self = .stop(request: request)
    }
    try reader.finish("message")
  }
}

/// Which attachment: the record that bears it, by the place of its entry, and its digest.
public struct AttachmentPlace: Hashable, Sendable, CustomStringConvertible {
  /// The stream in which the asker holds the record, or about which it asks.
  public let stream: StreamName
  /// The index of the record's entry; 0 of a record that is only asked for.
  public let index: UInt64
  /// SHA-256 of the attachment's bytes.
  public let digest: Digest
  /// Of a stream in mode `query`: the question that finds the record, sealed for the owner. Nil of a record that is held.
  public let question: [UInt8]?

  /// An attachment of a record that the asker holds.
  public init(stream: StreamName, index: UInt64, digest: Digest) {
    (self.stream, self.index, self.digest, question) = (stream, index, digest, nil)
  }

  /// An attachment of a record that the asker asks for.
  public init(stream: StreamName, question: [UInt8], digest: Digest) {
    (self.stream, index, self.digest, self.question) = (stream, 0, digest, question)
  }

  /// For the log.
  public var description: String { question == nil ? "entry \(index) of \(stream)" : "a record of \(stream)" }
}

/// Why an owner does not send an attachment.
public struct AttachmentRefusal: Error, Hashable, Sendable {
  /// The reasons that this version knows. Others may come; whoever does not know one shows its sentence.
  public enum Known: UInt8, Sendable, CaseIterable {
    /// The agreement in force does not share the record with the asker.
    case notShared = 1
    /// The record, as it is shared, does not bear this digest.
    case notBorne = 2
    /// The owner does not have the attachment itself.
    case absent = 3
    /// Another attachment is being sent to the same asker.
    case busy = 4
    /// The record's time is over and its key destroyed.
    case erased = 5
    /// The owner cannot read it just now.
    case unreadable = 6
    /// The asker took nothing for too long.
    case slow = 7
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
}
