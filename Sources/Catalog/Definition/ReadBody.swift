/// A body that was read once, so that all that is asked of it afterwards need not read it again. Any definition of its
/// dataset may ask: which fields it has is for the definition to say.
public struct ReadBody: Sendable {
  /// The body as it was given.
  public let bytes: [UInt8]
  private let scanned: Result<JSONDocument, Refusal>
  /// Where the fields of one definition stand, when it has been said which will ask most.
  private let places: (definition: Definition, found: FieldSlots)?

  /// Reads a body; what is wrong with it is said when it is asked for. The `definition` is the one that will ask most.
  public init(_ bytes: [UInt8], of definition: Definition? = nil) {
    self.bytes = bytes
    do throws(Refusal) {
      let document = try JSONScanner.scan(bytes)
      scanned = .success(document)
      places = definition.map { ($0, $0.slots(in: document)) }
    } catch {
      (scanned, places) = (.failure(error), nil)
    }
  }

  /// Where the fields of a definition stand.
  /// - Throws: `Refusal` when it is no JSON object.
  func slots(by definition: Definition) throws(Refusal) -> FieldSlots {
    if let places, places.definition === definition { return places.found }
    return definition.slots(in: try object())
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

  /// The body as JSON on one line; nil when it is no JSON object. What is kept is in canonical form (RFC 8785) and stands as it is.
  public var json: [UInt8]? {
    guard (try? object()) != nil else { return nil }
    return bytes.contains { $0 < 0x20 } ? (try? JSONValue(self)).map { Array($0.json.utf8) } : bytes
  }
}
