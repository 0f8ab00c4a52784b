import Catalog
import Exchange
import Forms
import Markup

/// The input for a file that a record bears: what is kept already, and where to choose one.
struct FileInput {
  let visit: Visit
  let values: FormValues
  let definition: Definition?
  let isWrong: Bool

  /// The input of a field.
  @HTMLBuilder func html(_ entry: FormLayout.Entry, _ field: Field) -> HTML {
    let digest = values[entry.place]
    let kinds = FileKind.permitted(in: field.name)
    let id = FormView.id(entry.place)
    HTML.element("label", .init("for", id)) {
      visit(FilePhrase.title(of: field))
      if entry.isCompulsory { HTML.element("abbr", .init("title", visit(.compulsory))) { "*" } }
    }
    if !digest.isEmpty { kept(digest, entry, field) }
    input(entry, kinds, id)
    HTML.element("p", .class("help"), .init("id", "\(id)-help")) {
      if !digest.isEmpty { "\(visit(FilePhrase.chooseOther)): " }
      "\(kinds.map(\.word).joined(separator: ", ")), \(visit(FilePhrase.limit)). \(visit(FilePhrase.draftKeeps))"
    }
  }

  private func input(_ entry: FormLayout.Entry, _ kinds: [FileKind], _ id: String) -> HTML {
    var attributes: [Attribute] = [
      .init("type", "file"), .init("id", id), .init("name", FormView.filePrefix + entry.place),
      .init("accept", kinds.map(\.rawValue).joined(separator: ",")),
      .init("data-longest", "\(AttachmentExchange.longestByteCount)"), .init("data-long", visit(FilePhrase.tooLong)),
      .init("aria-describedby", isWrong ? "\(id)-help \(id)-fault" : "\(id)-help"),
    ]
    if isWrong { attributes.append(.init("aria-invalid", "true")) }
    return HTML.void("input", attributes)
  }

  /// A file that is here: it goes to and fro as its digest.
  private func kept(_ digest: String, _ entry: FormLayout.Entry, _ field: Field) -> HTML {
    let besides = definition?.besides(field)
    let facts = [
      besides.map { values[$0.mediaType] } ?? "",
      besides.flatMap { UInt64(values[$0.bytes]) }.map { Pages.bytes($0) } ?? "",
    ].filter { !$0.isEmpty }
    return HTML.element("div", .class("kept")) {
      visit.hidden(FormView.prefix + entry.place, digest)
      HTML.element("span") {
        HTML.element("b") { visit(FilePhrase.kept) }
        if !facts.isEmpty { ": \(facts.joined(separator: ", "))" }
        " "
        HTML.element("small", .class("code")) { String(digest.prefix(16)) + "…" }
      }
      HTML.element("button", .class("plain small"), .init("name", "do"), .init("value", "drop:\(entry.place)")) {
        visit(FilePhrase.drop)
      }
    }
  }
}
