import Catalog
import Forms
import HTTP
import Officers
import Sodium
import Terms

/// A form for a record as it goes to and fro between desk and browser.
struct RecordForm {
  var values: FormValues
  /// The name that makes one record of two clicks.
  var nonce = SystemEntropy().bytes(16).hex
  /// The draft that it is kept as.
  var draft: Int?
  /// The record in whose place the new one stands, when it is a correction.
  var replaces: RecordID?
  /// When the page was made: the moment of what an act says, so that two clicks say the same.
  private var made: Instant?

  init(values: FormValues, replaces: RecordID? = nil) { (self.values, self.replaces) = (values, replaces) }

  /// What was kept as a draft; nil when it is no such form. It keeps its number: stored from two windows it is one record.
  init?(_ draft: SavedForm) {
    var texts = draft.texts
    if let kept = texts.removeValue(forKey: Self.nonceName) { nonce = kept }
    replaces = texts.removeValue(forKey: Self.replacesName).flatMap { try? RecordID($0) }
    guard let values = FormValues(texts) else { return nil }
    (self.values, self.draft) = (values, draft.number)
  }

  /// What is kept as a draft: names of fields never begin so.
  var draftTexts: [String: String] {
    var texts = values.texts
    texts[Self.nonceName] = nonce
    texts[Self.replacesName] = replaces?.description
    return texts
  }

  private static let nonceName = "@nonce"
  private static let replacesName = "@replaces"

  /// What was posted; nil when it is no such form, or longer than a record.
  init?(_ form: Form) {
    var texts: [String: String] = [:]
    for (name, value) in form.fields where name.hasPrefix(FormView.prefix) {
      texts[String(name.dropFirst(FormView.prefix.count))] = value
    }
    guard let values = FormValues(texts) else { return nil }
    self.values = values
    if let sent = form["nonce"], sent.utf8.count == 32, [UInt8](hex: sent) != nil { nonce = sent }
    draft = form["draft"].flatMap { Int($0) }
    replaces = form["replaces"].flatMap { try? RecordID($0) }
    made = form["opened"].flatMap { try? Instant($0) }
  }

  /// When the page was made; now, where that is not told or was not within this shift.
  func opened(_ now: Instant) -> Instant {
    guard let made, (0..<SessionTable.longest).contains(now.milliseconds(since: made)) else { return now }
    return made
  }

  /// The attachments that it names.
  func digests(of definition: Definition) -> [Digest] {
    values.texts.filter { definition.fileField(at: $0.key) != nil }.compactMap { Digest(hex: $0.value[...]) }
  }

  /// Takes a file back out of it, with what was known of the file.
  mutating func drop(_ place: String, of definition: Definition) {
    guard let field = definition.fileField(at: place) else { return }
    values[place] = ""
    for name in definition.besides(field).map({ [$0.bytes, $0.mediaType] }) ?? [] { values[name] = "" }
  }

  var reference: String { "desk-\(nonce)" }
}
