import Catalog
import Forms
import Markup
import Terms

/// A form for a record, made from its dataset's definition: labels, help, choices, limits and faults in the reader's language. Without a
/// script; lists grow by a button that posts the form back.
struct FormView {
  let visit: Visit
  let values: FormValues
  var faults: FormFaults?
  /// Of the field `event`, the only words that are offered; nil for all.
  var events: Set<String>?

  /// How the inputs of places are named, apart from what else a form brings.
  static let prefix = "f."

  /// How the inputs of files are named, before the place of their digest.
  static let filePrefix = "file."

  /// Some fields.
  @HTMLBuilder func blocks(_ blocks: [FormLayout.Block]) -> HTML {
    for block in blocks { self.block(block) }
  }

  /// What is wrong and belongs to no field, and that something is wrong at all.
  @HTMLBuilder var trouble: HTML {
    if let faults, !faults.isEmpty {
      HTML.element("div", .class("box wrong"), .init("role", "alert"), .init("id", "trouble")) {
        HTML.element("strong") { visit(.formTrouble) }
        HTML.element("ul") {
          for (place, refusal) in faults.ordered {
            HTML.element("li") {
              if !place.isEmpty {
                HTML.element("a", .href("#\(Self.id(place))")) { title(of: place) }
                ": "
              } else if let field = definition?.field(refusal.field) {
                "\(visit(field.title)): "
              }
              words(refusal)
            }
          }
        }
      }
    }
  }

  /// The title of a place: its field's, and the row where it is in a list.
  private func title(of place: String) -> String {
    let parts = place.split(separator: ".").map(String.init)
    guard let definition, let top = parts.first, let field = definition.field(top) else { return place }
    let row = parts.dropFirst().first.flatMap { Int($0) }.map { " \($0)" } ?? ""
    let inner = parts.last.flatMap { name in field.inner?.first { $0.ownName == name } }
    return visit(field.title) + row + (inner.map { ", \(visit($0.title))" } ?? "")
  }

  /// The definition whose fields these are; for the titles of faults.
  var definition: Definition?

  private func block(_ block: FormLayout.Block) -> HTML {
    switch block.shape {
    case .one(let entry):
      return HTML.element("div", .class("field")) { self.entry(entry, block.field) }
    case .parts(let entries):
      return HTML.element("fieldset", .init("id", Self.id(block.field.name)), .init("tabindex", "-1")) {
        legend(block)
        HTML.element("div", .class("parts")) {
          for entry in entries { part(entry, block.field) }
        }
      }
    case .rows(let rows, let mayGrow):
      return HTML.element("fieldset", .init("id", Self.id(block.field.name)), .init("tabindex", "-1")) {
        legend(block)
        for (place, entries) in rows.enumerated() {
          HTML.element("div", .class(entries.count > 1 ? "parts row" : "row")) {
            if entries.count > 1 { HTML.element("b", .class("number")) { "\(place + 1)" } }
            for entry in entries { row(entry, block.field, place + 1, isAlone: entries.count == 1) }
          }
        }
        if mayGrow {
          HTML.element(
            "button", .class("plain"), .init("name", "do"), .init("value", "add:\(block.field.name)")
          ) { "\(visit(.addRow)): \(visit(block.field.title))" }
        }
      }
    }
  }

  @HTMLBuilder private func legend(_ block: FormLayout.Block) -> HTML {
    HTML.element("legend") {
      visit(block.field.title)
      mark(block.isCompulsory)
    }
    HTML.element("p", .class("help")) {
      visit(block.field.description)
      personal(block.field)
    }
    fault(at: block.field.name)
  }

  @HTMLBuilder private func mark(_ isCompulsory: Bool) -> HTML {
    if isCompulsory { HTML.element("abbr", .init("title", visit(.compulsory))) { "*" } }
  }

  @HTMLBuilder private func personal(_ field: Field) -> HTML {
    if field.isPersonal { HTML.element("em") { " (\(visit(.personalDatum)))" } }
  }

  /// A value that is a field by itself.
  @HTMLBuilder private func entry(_ entry: FormLayout.Entry, _ field: Field) -> HTML {
    if field.bearsAttachment, definition?.fileField(at: entry.place) != nil {
      FileInput(visit: visit, values: values, definition: definition, isWrong: faults?.faults[entry.place] != nil)
        .html(entry, field)
      fault(at: entry.place)
    } else {
      plain(entry, field)
    }
  }

  @HTMLBuilder private func plain(_ entry: FormLayout.Entry, _ field: Field) -> HTML {
    HTML.element("label", .init("for", Self.id(entry.place))) {
      visit(entry.title)
      mark(entry.isCompulsory)
    }
    input(entry, describedBy: "\(Self.id(entry.place))-help")
    HTML.element("p", .class("help"), .init("id", "\(Self.id(entry.place))-help")) {
      if let description = entry.description { meaning(description, entry.type) }
      limits(entry.type)
      personal(field)
    }
    fault(at: entry.place)
  }

  /// A part of an object.
  private func part(_ entry: FormLayout.Entry, _ field: Field) -> HTML {
    HTML.element("div", .class("field")) {
      HTML.element("label", .init("for", Self.id(entry.place))) {
        visit(entry.title)
        mark(entry.isCompulsory)
      }
      input(entry, describedBy: nil)
      HTML.element("p", .class("help")) {
        if let description = entry.description { meaning(description, entry.type) }
        limits(entry.type)
      }
      fault(at: entry.place)
    }
  }

  /// A value in a row of a list.
  @HTMLBuilder private func row(
    _ entry: FormLayout.Entry, _ field: Field, _ row: Int, isAlone: Bool
  ) -> HTML {
    if field.bearsAttachment, definition?.fileField(at: entry.place) != nil {
      self.entry(entry, field)
    } else if isAlone {
      input(entry, describedBy: nil, label: "\(visit(entry.title)) \(row)")
      fault(at: entry.place)
    } else {
      part(entry, field)
    }
  }

  @HTMLBuilder private func fault(at place: String) -> HTML {
    if let refusal = faults?.faults[place] {
      HTML.element("p", .class("trouble"), .init("id", "\(Self.id(place))-fault")) { words(refusal) }
    }
  }

  private func words(_ refusal: Refusal) -> HTML {
    let words = RefusalWords(refusal, visit.language)
    return words.isTranslated
      ? .text(words.text) : HTML.element("span", .init("lang", "en")) { words.text }
  }

  /// What a value means. Of a time without how publishing systems write it: here it is typed as a local one.
  private func meaning(_ description: Translated, _ type: FieldType) -> String {
    guard case .time = type else { return visit(description) }
    let words = visit(description)
    let first = words.firstRange(of: ", RFC 3339").map { String(words[..<$0.lowerBound]) + "." } ?? words
    return "\(first) \(visit(.localTime))"
  }

  /// The limits of a value, where words say them that its input does not.
  @HTMLBuilder private func limits(_ type: FieldType) -> HTML {
    switch type {
    case .number(let limits) where limits.lowerBound > .min && limits.upperBound < .max:
      " \(visit(.between)) \(limits.lowerBound) – \(limits.upperBound)."
    case .text(let limits) where limits.length.upperBound < 200:
      " \(visit(.upTo)) \(limits.length.upperBound) \(visit(.characters))."
    case .list, .records: " \(visit(.several))."
    default: HTML.empty
    }
  }

  static func id(_ place: String) -> String { "f-\(place)" }

  // MARK: Inputs

  private func input(_ entry: FormLayout.Entry, describedBy help: String?, label: String? = nil) -> HTML {
    let value = values[entry.place]
    let isWrong = faults?.faults[entry.place] != nil
    let described = [help, isWrong ? "\(Self.id(entry.place))-fault" : nil].compactMap { $0 }
    var attributes: [Attribute] = [
      .init("id", Self.id(entry.place)), .init("name", Self.prefix + entry.place),
    ]
    if !described.isEmpty { attributes.append(.init("aria-describedby", described.joined(separator: " "))) }
    if isWrong { attributes.append(.init("aria-invalid", "true")) }
    if let label { attributes.append(.init("aria-label", label)) }
    if entry.isCompulsory { attributes.append(.init("aria-required", "true")) }
    if let choices = choices(entry) { return select(attributes, choices, value) }
    switch entry.type {
    case .mrz:
      return area(attributes + [.init("autocapitalize", "characters"), .init("spellcheck", "false")], 3, value)
    case .text(let limits) where limits.length.upperBound > 200 && limits != .any:
      return area(attributes + [.init("maxlength", "\(limits.length.upperBound)")], 3, value)
    default: return line(attributes + kind(entry.type, value), value)
    }
  }

  private func line(_ attributes: [Attribute], _ value: String) -> HTML {
    HTML.void("input", attributes + [.init("value", value), .init("autocomplete", "off")])
  }

  private func area(_ attributes: [Attribute], _ rows: Int, _ value: String) -> HTML {
    HTML.element("textarea", attributes + [.init("rows", "\(rows)"), .init("autocomplete", "off")], .text(value))
  }

  private func select(_ attributes: [Attribute], _ choices: [(String, String)], _ value: String) -> HTML {
    let isKnown = value.isEmpty || choices.contains { $0.0 == value }
    return HTML.element(
      "select", attributes,
      .list(
        ([("", visit(.notSaid))] + choices + (isKnown ? [] : [(value, value)])).map { word, text in
          HTML.element("option", .init("value", word), .flag("selected", word == value)) { text }
        }))
  }

  /// What a browser is told of a value's kind.
  private func kind(_ type: FieldType, _ value: String) -> [Attribute] {
    switch type {
    case .time where value.isEmpty || Self.isLocal(value):
      [.init("type", "datetime-local"), .init("step", value.utf8.count == 19 ? "1" : "60")]
    case .date(false) where value.isEmpty || value.utf8.count == 10: [.init("type", "date")]
    case .number: [.init("inputmode", "numeric")]
    case .decimal: [.init("inputmode", "decimal")]
    case .country: [.init("list", "countries"), .init("maxlength", "3"), .init("autocapitalize", "characters")]
    case .text(let limits) where limits != .any: [.init("maxlength", "\(limits.length.upperBound)")]
    case .text: [.init("maxlength", "40")]
    case .container, .epc, .tid, .duca: [.init("autocapitalize", "characters"), .init("spellcheck", "false")]
    default: []
    }
  }

  private static func isLocal(_ value: String) -> Bool {
    value.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?/) != nil
  }

  /// The choices of a value that has few.
  private func choices(_ entry: FormLayout.Entry) -> [(String, String)]? {
    let topology = visit.node.registry.topology
    switch entry.type {
    case .enumeration(let words):
      let offered =
        entry.place == "event" ? events.map { events in words.filter { events.contains($0) } } ?? words : words
      return offered.map { ($0, ValueWords.text($0, visit.language)) }
    case .boolean: return [("true", visit(.yes)), ("false", visit(.no))]
    case .post:
      let own = topology.crossings.flatMap(\.posts).filter { $0.country == visit.node.country }
      return own.map { ($0.id, visit.place($0.id)) }
    case .crossing: return topology.crossings.map { ($0.id, visit.place($0.id)) }
    default: return nil
    }
  }

  /// The countries that inputs for countries propose.
  static func countries(_ visit: Visit) -> HTML {
    HTML.element("datalist", .init("id", "countries")) {
      for country in visit.node.registry.topology.countries {
        HTML.element("option", .init("value", country.code.description)) { visit(country.name) }
      }
    }
  }
}
