import Sodium
import Terms

extension Selectivity {
  /// Reads a file of rules.
  /// - Returns: the rules, when there are no faults, and all faults in order of place.
  public static func read(_ bytes: [UInt8], file: String) -> (selectivity: Selectivity?, faults: [Diagnostic]) {
    let source = TomlSource(file: file, bytes: bytes)
    let selectivity = SelectivityReader(source: source).read(digest: SHA256.hash(bytes))
    return (source.faults.isEmpty ? selectivity : nil, Set(source.faults).sorted())
  }

  /// Reads a file of rules by its path.
  /// - Returns: the rules, when there are no faults, and all faults in order of place.
  public static func load(_ file: String) -> (selectivity: Selectivity?, faults: [Diagnostic]) {
    guard let bytes = SmallFile.read(file) else { return (nil, [.unreadable(file)]) }
    return read(bytes, file: file)
  }
}

/// Reads a file of rules, noting every fault.
struct SelectivityReader {
  let source: TomlSource

  /// Each is asked of every consignment that is shown.
  static let (rulesMax, papersMax) = (200, 100)

  func read(digest: Digest) -> Selectivity? {
    guard let root = TomlValue.read(source).flatMap({ TableReader($0, source, what: "file of rules") }) else {
      return nil
    }
    root.refuseOthers(than: ["title", "otherwise", "ways", "paper", "rule"])
    let title = root.translated("title", example: "Selectividad")
    let otherwise = root.word("otherwise", of: Lane.allCases.map(\.rawValue)).flatMap(Lane.init(rawValue:))
    let ways = ways(root)
    let papers = tables(root, "paper", limit: Self.papersMax).compactMap { paper($0.table, $0.name) }
    let rules = tables(root, "rule", limit: Self.rulesMax).compactMap { rule($0.table, $0.name, papers) }
    checkNames(root)
    guard let title, let otherwise, source.faults.isEmpty else { return nil }
    return Selectivity(
      digest: digest, title: title, otherwise: otherwise, rules: rules, papers: papers, ways: ways)
  }

  private func ways(_ root: TableReader) -> TagAlarm.Ways {
    var ways = TagAlarm.Ways()
    guard let table = root.table("ways", what: "table of ways") else { return ways }
    table.refuseOthers(than: ["same_country_minutes", "other_minutes"])
    let minutes: ClosedRange<Int64> = 1...1440
    ways.sameCountryMinutes =
      table.number("same_country_minutes", in: minutes, example: 15, optional: true) ?? ways.sameCountryMinutes
    ways.otherMinutes = table.number("other_minutes", in: minutes, example: 120, optional: true) ?? ways.otherMinutes
    return ways
  }

  /// The tables of a kind with their names, which differ.
  private func tables(_ root: TableReader, _ key: String, limit: Int) -> [(table: TableReader, name: String)] {
    let tables = root.tables(key, what: key)
    if tables.count > limit {
      source.report(root.offset, "more than \(limit) of [[\(key)]]", "write fewer; a rule may name many values")
    }
    var names: Set<String> = []
    return tables.prefix(limit).compactMap { table in
      guard let name = table.text("name", example: "quarantine-hold") else { return nil }
      let isPlain = name.value.utf8.allSatisfy {
        (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D
      }
      guard isPlain, name.value.utf8.count <= 40 else {
        source.report(name.offset, "\"\(name.value)\" is no name", "write 1 to 40 of a-z, 0-9 and -")
        return nil
      }
      guard names.insert(name.value).inserted else {
        source.report(name.offset, "a second \(key) \"\(name.value)\"", "give it another name")
        return nil
      }
      return (table, name.value)
    }
  }

  private func paper(_ table: TableReader, _ name: String) -> Selectivity.Paper? {
    table.refuseOthers(than: ["name", "title", "when", "documents", "certificate"])
    let title = table.translated("title", example: "Certificado fitosanitario")
    let documents = table.texts("documents", example: "851")?.map(\.value) ?? []
    let mustBeHeld = table.flag("certificate", standing: false)
    if documents.isEmpty, !mustBeHeld {
      source.report(
        table.offset, "the paper \(name) can never be there", "add documents = [\"...\"] or certificate = true")
    }
    let conditions = conditions(table, papers: nil)
    guard let title else { return nil }
    return Selectivity.Paper(
      name: name, title: title, documents: documents, mustBeHeld: mustBeHeld, conditions: conditions)
  }

  private func rule(_ table: TableReader, _ name: String, _ papers: [Selectivity.Paper]) -> Selectivity.Rule? {
    table.refuseOthers(than: ["name", "title", "lane", "when", "spares"])
    let title = table.translated("title", example: "Retención cuarentenaria")
    let lane = table.word("lane", of: Lane.allCases.map(\.rawValue)).flatMap(Lane.init(rawValue:))
    let spares = table.texts("spares", example: "sample")?.map(\.value) ?? []
    let conditions = conditions(table, papers: papers.map(\.name))
    guard let title, let lane else { return nil }
    return Selectivity.Rule(name: name, title: title, lane: lane, spares: spares, conditions: conditions)
  }

  /// Rules that are spared must be there.
  private func checkNames(_ root: TableReader) {
    let tables = root.tables("rule", what: "rule")
    // Those at fault too: what names one of them is not.
    let names = tables.compactMap { table -> String? in
      guard case .text(let name)? = table.member("name")?.value.content else { return nil }
      return name
    }
    for table in tables {
      for name in table.texts("spares", example: "sample") ?? [] where !names.contains(name.value) {
        source.report(
          name.offset, "there is no rule \"\(name.value)\"",
          NearestName.advice(name.value, in: names, else: "name one of the rules"))
      }
    }
  }
}
