import Catalog
import Exchange
import Sodium
import Terms

/// Where an answer ended, for whoever asks the same question again to go on there. Nothing of it is kept: it says itself before which
/// record to go on and since when it counts, and proves by a keyed hash that this node made it, for this question and this asker.
enum PageCursor {
  /// How long one counts, in milliseconds: a program reads page after page, and does not come back the next day.
  static let lifetime: Int64 = 3_600_000
  private static let (contentBytes, proofBytes) = (24, 16)

  /// The cursor that goes on before a record.
  static func make(before id: RecordID, of request: LookupRequest, _ keys: Keyring, now: Instant) -> String? {
    var content = ByteWriter(capacity: contentBytes)
    content.uint64(id.high)
    content.uint64(id.low)
    content.uint64(UInt64(clamping: now.milliseconds))
    return proof(content.bytes, request, keys).map { (content.bytes + $0).hex }
  }

  /// The record before which to go on.
  /// - Throws: `Refusal` when the cursor is no longer one, is another question's, or was made elsewhere.
  static func open(_ text: String, of request: LookupRequest, _ keys: Keyring, now: Instant) throws(Refusal) -> RecordID
  {
    let advice = "ask for the first page again, without a cursor"
    guard let bytes = [UInt8](hex: text), bytes.count == contentBytes + proofBytes else {
      throw Refusal(field: "cursor", problem: "not a cursor of this node", whatToDo: advice)
    }
    let content = Array(bytes.prefix(contentBytes))
    guard let expected = proof(content, request, keys),
      SecretBytes(copying: expected).isEqual(to: SecretBytes(copying: bytes.suffix(proofBytes)))
    else {
      throw Refusal(
        field: "cursor", problem: "not a cursor of this question", whatToDo: "change nothing but limit, or \(advice)")
    }
    var reader = ByteReader(content)
    guard let high = try? reader.uint64("id"), let low = try? reader.uint64("id"),
      let id = try? RecordID(high: high, low: low), let made = try? reader.uint64("time")
    else { throw Refusal(field: "cursor", problem: "not a cursor of this node", whatToDo: advice) }
    guard (0..<lifetime).contains(now.milliseconds(since: Instant(milliseconds: Int64(clamping: made)))) else {
      throw Refusal(field: "cursor", problem: "older than an hour", whatToDo: advice)
    }
    return id
  }

  private static func proof(_ content: [UInt8], _ request: LookupRequest, _ keys: Keyring) -> [UInt8]? {
    guard let key = try? keys.storage.derived("istmo page cursors") else { return nil }
    let asker = request.asker
    // As JSON, so that no text of one member can be taken for another's.
    let question: JSONValue = [
      "dataset": .text(request.dataset.description), "from": JSONValue(request.from?.description),
      "where": .list(request.conditions.sorted { $0.field < $1.field }.map { [.text($0.field), .text($0.value)] }),
      "since": JSONValue(request.since?.description), "until": JSONValue(request.until?.description),
      "history": .boolean(request.history), "unmatched": .boolean(request.unmatched),
      "live": .boolean(request.live), "officer": .text(asker.officer),
      "role": .text(asker.role), "post": JSONValue(asker.post), "purpose": .text(asker.purpose),
    ]
    return key.keyedHash(content + Array(question.json.utf8), outputBytes: proofBytes)
  }
}

extension Lookups {
  /// The question of one page: with the record before which it goes on.
  /// - Throws: `LookupError` when its cursor does not count.
  func page(_ request: LookupRequest) throws(LookupError) -> LookupRequest {
    guard let cursor = request.cursor else { return request }
    var request = request
    do throws(Refusal) {
      request.before = try PageCursor.open(cursor, of: request, keys, now: clock.now())
    } catch { throw .refused(error) }
    return request
  }
}
