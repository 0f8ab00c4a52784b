import Ledger
import Sodium
import Terms

/// What an origin says to a question: a small log of its own. Its first leaf is the head, which says what the answer is and to
/// which question; then comes one entry for each record, the newest first. Its checkpoint is signed with the origin's log key,
/// and cosigned with its receipt key at the moment of which it speaks: so the origin cannot deny later what it answered.
public struct Answer: Sendable {
  /// The longest answer, in bytes. It goes in one message, so this is what a record waits behind.
  public static let longest = 288 << 10
  /// Bytes of bodies beyond which no further record is added.
  public static let fullAtByteCount = 192 << 10
  /// The most changes that are told of records that are not in the answer themselves.
  public static let mostChanges = 500

  /// One record.
  public struct Item: Hashable, Sendable {
    /// Its entry in the answer's log; the id is the record's own.
    public let entry: Entry
    /// The salt of the commitment.
    public let salt: [UInt8]
    /// The body, projected onto the agreed fields.
    public let body: [UInt8]

    /// A record under a fresh salt.
    public init(id: RecordID, kind: Entry.Kind, body: [UInt8], _ entropy: some Entropy) {
      salt = entropy.bytes(EpochKey.saltByteCount)
      self.body = body
      entry = Entry(id: id, kind: kind, commitment: Entry.commit(to: body, salt: salt))
    }

    init(entry: Entry, salt: [UInt8], body: [UInt8]) { (self.entry, self.salt, self.body) = (entry, salt, body) }
  }

  /// A record that another replaced or withdrew.
  public struct Change: Hashable, Sendable {
    /// The record, of the answer or of what the asker holds.
    public let id: RecordID
    /// The record that changed it.
    public let by: RecordID

    /// A record that another replaced or withdrew.
    public init(id: RecordID, by: RecordID) { (self.id, self.by) = (id, by) }
  }

  /// The records, the newest first.
  public var items: [Item] = []
  /// What became of records.
  public var changes: [Change] = []
  /// Whether there are more than were told.
  public var hasMore = false
  /// The moment before which nothing was searched any more; nil when all was.
  public var searchedBackTo: Instant?
  /// The moment of which it speaks, as the origin signed it; set when it was opened.
  public private(set) var asOf: Instant?

  /// An answer without records.
  public init() {}

  /// The head as text, the first leaf of the answer's log.
  private func head(_ question: Digest) -> String {
    var lines = [
      "istmo/answer/v1", "question \(question)", "records \(items.count)", "more \(hasMore ? "yes" : "no")",
    ]
    if let searchedBackTo { lines.append("back \(searchedBackTo.milliseconds)") }
    lines += changes.map { "changed \($0.id) \($0.by)" }
    return lines.map { "\($0)\n" }.joined()
  }

  private static func root(_ head: String, _ entries: [Entry], _ context: EntryContext) -> RootHash {
    var frontier = Frontier()
    frontier.append(.leaf(Array(head.utf8)))
    for entry in entries { frontier.append(context.leaf(entry)) }
    return frontier.root
  }

  /// Signs the answer and seals it to the question's key.
  /// - Throws: `QuestionRefusal` when the question's key is none, or the answer is too long.
  public func sealed(
    for question: Question, version: UInt32, in realm: Realm, by country: CountryCode, _ keys: Keyring, at now: Instant,
    _ entropy: some Entropy
  ) throws(QuestionRefusal) -> [UInt8] {
    let origin = question.answerOrigin(in: realm)
    let context = EntryContext(origin: origin, agreement: question.agreement, version: version)
    let head = head(question.digest)
    var writer = ByteWriter(capacity: items.reduce(4096) { $0 + $1.body.count + 128 })
    do {
      let checkpoint = Checkpoint(
        origin: origin, size: UInt64(items.count) + 1, root: Self.root(head, items.map(\.entry), context))
      var signed = try SignedCheckpoint(checkpoint, logKey: keys.log)
      signed.add(
        Cosignature.sign(
          checkpoint.text, at: now, with: keys.receipt,
          as: NoteKey(.receipt, of: country, in: realm, key: keys.receipt.verifyingKey)))
      writer.vector16(signed.bytes)
    } catch { throw QuestionRefusal(.unreadable, "the answer cannot be signed") }
    writer.vector24(Array(head.utf8))
    writer.uint16(UInt16(clamping: items.count))
    for item in items {
      PackedEntries.append(item.entry, to: &writer)
      writer.raw(item.salt)
      writer.vector24(item.body)
    }
    guard writer.bytes.count <= Self.longest else {
      throw QuestionRefusal(.unreadable, "the answer is longer than \(Self.longest) bytes; ask for less")
    }
    do {
      return try SealedBox.seal(SecretBytes(copying: writer.bytes), to: ExchangePublicKey(question.key), entropy)
    } catch { throw QuestionRefusal(.notRead, "the question's key is none") }
  }

  /// Opens an answer and checks that it is the neighbour's, signed, to this question, and that every record is the one its
  /// entry commits to. What the records say is for their definition.
  /// - Throws: `AnswerFault` naming the first thing that is wrong.
  public init(
    opening sealed: [UInt8], with key: borrowing ExchangeKey, to question: Question, version: UInt32, in realm: Realm,
    of neighbour: Neighbour
  ) throws(AnswerFault) {
    let plain: [UInt8]
    do throws(SodiumError) {
      let opened = try SealedBox.open(sealed, with: key)
      plain = opened.withUnsafeBytes { Array($0) }
    } catch { throw AnswerFault("it does not open") }
    let (note, head, items): ([UInt8], String, [Item])
    do throws(ByteError) { (note, head, items) = try Self.read(plain, question) } catch {
      throw AnswerFault("\(error.field): \(error.problem)")
    }
    let origin = question.answerOrigin(in: realm)
    let context = EntryContext(origin: origin, agreement: question.agreement, version: version)
    do throws(NoteError) {
      let signed = try SignedCheckpoint(note)
      guard signed.checkpoint.origin == origin else { throw NoteError("it answers another question") }
      guard signed.checkpoint.size == UInt64(items.count) + 1,
        signed.checkpoint.root == Self.root(head, items.map(\.entry), context)
      else { throw NoteError("its checkpoint is of other records") }
      guard try signed.isSigned(byLog: neighbour.logKeys) else { throw NoteError("its log key did not sign it") }
      for key in neighbour.receiptKeys where asOf == nil {
        asOf = try signed.note.time(of: NoteKey(.receipt, of: neighbour.country, in: realm, key: key))
          .flatMap { $0 <= UInt64(Instant.latest.seconds) ? Instant(milliseconds: Int64($0) * 1000) : nil }
      }
      guard asOf != nil else { throw NoteError("its receipt key did not sign the time") }
    } catch { throw AnswerFault(error.description) }
    try readHead(head, question.digest, items.count)
    var last: RecordID?
    for item in items {
      if let last, item.entry.id >= last { throw AnswerFault("its records are not in order") }
      last = item.entry.id
      guard item.entry.hasBody, Entry.commit(to: item.body, salt: item.salt) == item.entry.commitment else {
        throw AnswerFault("a record is not the one its entry commits to")
      }
    }
    self.items = items
  }

  private static func read(
    _ plain: [UInt8], _ question: Question
  ) throws(ByteError) -> (note: [UInt8], head: String, items: [Item]) {
    guard plain.count <= longest else {
      throw ByteError(field: "answer", offset: 0, problem: "longer than \(longest) bytes")
    }
    var reader = ByteReader(plain)
    let note = try reader.note("checkpoint")
    let head = try ByteReader.text(try reader.vector24("head"), "head")
    let count = Int(try reader.uint16("count"))
    guard count <= question.limit else {
      throw ByteError(
        field: "count", offset: reader.offset, problem: "\(count) records, \(question.limit) were asked for")
    }
    var items: [Item] = []
    for _ in 0..<count {
      let entry = try PackedEntries.read(&reader)
      let salt = Array(try reader.raw(EpochKey.saltByteCount, "salt"))
      let body = Array(try reader.vector24("body"))
      guard body.count <= Core.longestBody else {
        throw ByteError(field: "body", offset: reader.offset, problem: "longer than \(Core.longestBody) bytes")
      }
      items.append(Item(entry: entry, salt: salt, body: body))
    }
    try reader.finish("answer")
    return (note, head, items)
  }

  private mutating func readHead(_ text: String, _ question: Digest, _ count: Int) throws(AnswerFault) {
    let fault = AnswerFault("its head is not that of an answer")
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count >= 5, lines.last == "", lines[0] == "istmo/answer/v1", lines[1] == "question \(question)",
      lines[2] == "records \(count)", lines[3] == "more yes" || lines[3] == "more no"
    else { throw fault }
    hasMore = lines[3] == "more yes"
    for line in lines[4...].dropLast() {
      let words = line.split(separator: " ", omittingEmptySubsequences: false)
      if words.count == 2, words[0] == "back", searchedBackTo == nil, let number = Int64(words[1]),
        (0...Instant.latest.milliseconds).contains(number)
      {
        searchedBackTo = Instant(milliseconds: number)
      } else if words.count == 3, words[0] == "changed", let id = try? RecordID(words[1]),
        let by = try? RecordID(words[2]), changes.count < Self.mostChanges + Question.mostRecords
      {
        changes.append(Change(id: id, by: by))
      } else {
        throw fault
      }
    }
  }
}

/// What is wrong with an answer.
public struct AnswerFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// One clause, without personal data.
  public let description: String
  /// Describes what is wrong.
  public init(_ description: String) { self.description = description }
}
