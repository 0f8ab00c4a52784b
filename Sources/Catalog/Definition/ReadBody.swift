/// A body that was read once, so that all that is asked of it afterwards need not read it again. Any definition of its
/// dataset may ask: which fields it has is for the definition to say.
public struct ReadBody: Sendable {
  /// The body as it was given.
  public let bytes: [UInt8]
  private let scanned: Result<JSONDocument, Refusal>

  /// Reads a body; what is wrong with it is said when it is asked for.
  public init(_ bytes: [UInt8]) {
    self.bytes = bytes
    do throws(Refusal) { scanned = .success(try JSONScanner.scan(bytes)) } catch { scanned = .failure(error) }
  }

  /// The body's members.
  /// - Throws: `Refusal` when it is no JSON object.
  func object() throws(Refusal) -> JSONDocument {
    let document = try scanned.get()
    guard document.kind(0) == .object else {
      throw Refusal(field: "line", problem: "a body is an object", whatToDo: "the origin must send one")
    }
    return document
  }
}
