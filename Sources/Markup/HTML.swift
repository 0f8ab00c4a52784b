/// A piece of a page. Text gets in escaped only: names of elements and attributes are written in the program, everything else is
/// encoded on its way in, and there is no way past that. So whatever a record, a name or a purpose holds is shown as typed.
///
/// ```swift
/// let page = HTML.element("p", .class("note")) { "Seen: " ; HTML.element("b") { HTML.text(name) } }
/// ```
public struct HTML: Sendable {
  /// The bytes, UTF-8.
  public let bytes: [UInt8]

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Nothing.
  public static let empty = HTML([])

  /// Text, shown as it is.
  public static func text(_ text: String) -> HTML {
    var bytes: [UInt8] = []
    Escape.append(text, to: &bytes)
    return HTML(bytes)
  }

  /// Pieces after one another.
  public static func list(_ pieces: [HTML]) -> HTML { HTML(pieces.flatMap(\.bytes)) }

  /// An element with its content.
  public static func element(
    _ name: StaticString, _ attributes: Attribute..., @HTMLBuilder content: () -> HTML
  ) -> HTML {
    element(name, attributes, content())
  }

  /// An element with its content.
  public static func element(_ name: StaticString, _ attributes: [Attribute], _ content: HTML) -> HTML {
    var bytes = open(name, attributes)
    bytes += content.bytes
    bytes += "</".utf8
    append(name, to: &bytes)
    bytes.append(0x3E)
    return HTML(bytes)
  }

  /// An element that has no content, such as `input`.
  public static func void(_ name: StaticString, _ attributes: Attribute...) -> HTML { void(name, attributes) }

  /// An element that has no content.
  public static func void(_ name: StaticString, _ attributes: [Attribute]) -> HTML { HTML(open(name, attributes)) }

  /// A whole document.
  public static func document(language: String, @HTMLBuilder _ content: () -> HTML) -> HTML {
    HTML(Array("<!doctype html>\n".utf8) + element("html", [.init("lang", language)], content()).bytes)
  }

  private static func open(_ name: StaticString, _ attributes: [Attribute]) -> [UInt8] {
    var bytes: [UInt8] = [0x3C]
    append(name, to: &bytes)
    for attribute in attributes {
      guard let value = attribute.value else { continue }
      bytes.append(0x20)
      append(attribute.name, to: &bytes)
      guard !value.isEmpty else { continue }
      bytes += "=\"".utf8
      Escape.append(value, to: &bytes)
      bytes.append(0x22)
    }
    bytes.append(0x3E)
    return bytes
  }

  private static func append(_ name: StaticString, to bytes: inout [UInt8]) {
    name.withUTF8Buffer { bytes.append(contentsOf: $0) }
  }
}

/// An attribute of an element. Those that a browser acts on have forms of their own, so that none of them holds a script.
public struct Attribute: Sendable {
  let name: StaticString
  /// Nil when the attribute is left out.
  let value: String?

  /// An attribute that is shown, matched or sent; never an address, a style or an event. An empty value stands without `=`.
  public init(_ name: StaticString, _ value: String) {
    let acts = name.withUTF8Buffer { bytes in
      bytes.starts(with: "on".utf8)
        || ["href", "src", "action", "formaction", "style", "srcdoc"].contains { $0.utf8.elementsEqual(bytes) }
    }
    (self.name, self.value) = (name, acts ? nil : value)
  }

  private init(acting name: StaticString, _ value: String?) { (self.name, self.value) = (name, value) }

  /// An attribute that stands or not, such as `checked`.
  public static func flag(_ name: StaticString, _ isSet: Bool = true) -> Attribute {
    isSet ? Attribute(name, "") : Attribute(acting: name, nil)
  }

  /// The class.
  public static func `class`(_ value: String) -> Attribute { Attribute("class", value) }
  /// Where a link leads: a path of this server. Anything else leads nowhere.
  public static func href(_ path: String) -> Attribute { Attribute(acting: "href", own(path)) }
  /// Where a script or picture is: a path of this server.
  public static func src(_ path: String) -> Attribute { Attribute(acting: "src", own(path)) }
  /// Where a form is sent: a path of this server.
  public static func action(_ path: String) -> Attribute { Attribute(acting: "action", own(path)) }

  /// A path of this server: begins with one slash, so that it is neither a scheme nor another host.
  private static func own(_ path: String) -> String {
    let bytes = Array(path.utf8.prefix(2))
    guard bytes.first == 0x23 || bytes.first == 0x2F && bytes.last != 0x5C && (bytes.count == 1 || bytes[1] != 0x2F)
    else { return "#" }
    return path
  }
}

enum Escape {
  static func append(_ text: String, to bytes: inout [UInt8]) {
    for byte in text.utf8 {
      switch byte {
      case 0x26: bytes += "&amp;".utf8
      case 0x3C: bytes += "&lt;".utf8
      case 0x3E: bytes += "&gt;".utf8
      case 0x22: bytes += "&quot;".utf8
      case 0x27: bytes += "&#39;".utf8
      // Neither allowed in a document (HTML section 13.2.3.5) nor visible.
      case 0x00..<0x09, 0x0B, 0x0C, 0x0E..<0x20, 0x7F: bytes.append(0x20)
      default: bytes.append(byte)
      }
    }
  }
}

/// Pieces written one after another: pages, texts, loops and conditions.
@resultBuilder public enum HTMLBuilder {
  /// A piece.
  public static func buildExpression(_ piece: HTML) -> HTML { piece }
  /// A text, escaped.
  public static func buildExpression(_ text: String) -> HTML { .text(text) }
  /// Pieces.
  public static func buildExpression(_ pieces: [HTML]) -> HTML { .list(pieces) }
  /// All of them.
  public static func buildBlock(_ pieces: HTML...) -> HTML { .list(pieces) }
  /// One that may be there.
  public static func buildOptional(_ piece: HTML?) -> HTML { piece ?? .empty }
  /// One of two.
  public static func buildEither(first piece: HTML) -> HTML { piece }
  /// One of two.
  public static func buildEither(second piece: HTML) -> HTML { piece }
  /// One for each.
  public static func buildArray(_ pieces: [HTML]) -> HTML { .list(pieces) }
}
