import CXML2

/// What is wrong with an XML document.
public struct XMLFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong.
  public let problem: String
  /// What to do.
  public let whatToDo: String

  /// One sentence for a person.
  public var description: String { "\(problem); \(whatToDo)" }

  init(_ problem: String, _ whatToDo: String) { (self.problem, self.whatToDo) = (problem, whatToDo) }
}

/// An element of a document from outside, read by libxml2 with everything off that reaches beyond the document: no document
/// type, so no entities of its own and nothing external; no network; UTF-8 only; bounded in bytes, and in depth by libxml2.
struct XMLElement {
  /// The longest document. Certificates with scans inside have some hundred kilobytes.
  static let longest = 20 << 20
  /// The most elements: an element takes some hundred bytes in memory, however few it has in the document. Certificates have some
  /// thousands.
  static let mostElements = 100_000
  /// The most equals signs from one `<` to the next, and so the most attributes of an element: the parser compares each with all
  /// others. Elements of the schema have three at most, and the root some more for its namespaces.
  static let mostAttributes = 256

  /// The namespace; empty for none.
  let space: String
  let name: String
  /// The text directly within, without white space at its ends and with single spaces inside; nil when there is none, and for
  /// the text "NULL", which some systems write for nothing.
  let text: String?
  let children: [XMLElement]
  private let unit: String?

  /// The value of the attribute `unitCode`.
  var unitCode: String? { unit }

  /// Reads a document.
  static func parse(_ bytes: [UInt8]) throws(XMLFault) -> XMLElement {
    guard bytes.count <= longest else {
      throw XMLFault("the document is longer than \(longest >> 20) MiB", "send scans as attachments of their own")
    }
    guard !bytes.starts(with: [0xFF, 0xFE]), !bytes.starts(with: [0xFE, 0xFF]),
      let text = String(validating: bytes, as: UTF8.self)
    else { throw XMLFault("the document is not UTF-8", "convert it to UTF-8, its XML declaration included") }
    // Searched for before the parser sees it: an entity that is never declared cannot grow.
    guard text.utf8.firstRange(of: "<!DOCTYPE".utf8) == nil else {
      throw XMLFault("the document has a document type declaration", "leave it out; certificates need none")
    }
    try bound(bytes)
    guard let context = xmlNewParserCtxt() else { throw XMLFault("there is no memory", "try again") }
    defer { xmlFreeParserCtxt(context) }
    let options = XML_PARSE_NONET.rawValue | XML_PARSE_NOERROR.rawValue | XML_PARSE_NOWARNING.rawValue
    let document = bytes.withUnsafeBytes { buffer in
      xmlCtxtReadMemory(
        context, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(clamping: buffer.count), nil, nil,
        Int32(bitPattern: options))
    }
    defer { xmlFreeDoc(document) }
    guard let document, context.pointee.wellFormed == 1, context.pointee.nsWellFormed == 1 else {
      let line = context.pointee.lastError.line
      let said = context.pointee.lastError.message.map { String(cString: $0) } ?? "no document"
      let words = said.split { $0.isWhitespace }.joined(separator: " ")
      throw XMLFault("line \(line): \(words.prefix(200))", "correct the XML; xmllint shows the place")
    }
    if let encoding = document.pointee.encoding.map({ String(cString: $0) }), encoding.uppercased() != "UTF-8" {
      throw XMLFault("the document says that it is \(encoding.prefix(20))", "write it in UTF-8 and say so")
    }
    guard document.pointee.intSubset == nil, let root = xmlDocGetRootElement(document) else {
      throw XMLFault("the document has no root element", "send a certificate")
    }
    return XMLElement(root)
  }

  /// Refuses what would take the parser long or much memory, before it begins. `<` stands in no attribute, so that nobody can
  /// hide one.
  private static func bound(_ bytes: [UInt8]) throws(XMLFault) {
    var (tags, signs) = (0, 0)
    for byte in bytes {
      switch byte {
      case 0x3C: (tags, signs) = (tags + 1, 0)
      case 0x3D: signs += 1
      default: continue
      }
      guard tags <= 2 * mostElements else {
        throw XMLFault("the document has more than \(mostElements) elements", "send one certificate in a document")
      }
      guard signs <= mostAttributes else {
        throw XMLFault(
          "an element has more than \(mostAttributes) attributes, or its text as many equals signs",
          "send a certificate; elements of the schema have three attributes at most")
      }
    }
  }

  private init(_ node: xmlNodePtr) {
    name = String(cString: node.pointee.name)
    space = node.pointee.ns?.pointee.href.map { String(cString: $0) } ?? ""
    var text = ""
    var children: [XMLElement] = []
    var next = node.pointee.children
    while let child = next {
      switch child.pointee.type {
      case XML_ELEMENT_NODE: children.append(XMLElement(child))
      case XML_TEXT_NODE, XML_CDATA_SECTION_NODE:
        if let content = child.pointee.content { text += String(cString: content) }
      default: break
      }
      next = child.pointee.next
    }
    let words = text.split { $0.isWhitespace }.joined(separator: " ")
    self.text = words.isEmpty || words == "NULL" ? nil : words
    self.children = children
    unit = xmlGetNoNsProp(node, "unitCode").map { value in
      defer { istmo_xml_free(value) }
      return String(cString: value)
    }
  }

  /// The children with this name.
  func all(_ name: String) -> [XMLElement] { children.filter { $0.name == name } }

  /// The first element along a path of names, `IssuerSPSParty/Name`.
  func first(_ path: String) -> XMLElement? {
    var found: XMLElement? = self
    for name in path.split(separator: "/") { found = found?.children.first { $0.name == name } }
    return found
  }

  /// The text at a path.
  func text(_ path: String) -> String? { first(path)?.text }
}
