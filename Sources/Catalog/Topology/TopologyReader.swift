import Terms

/// Reads a topology file, noting every fault.
struct TopologyReader {
  let source: TomlSource
  var definitionFaults: [Diagnostic] = []
  var countries: [Country] = []
  var observers: [Observer] = []
  var definitions: [DatasetName: Definition] = [:]
  /// All datasets that the file names, also those whose definition is faulty.
  var datasetNames: [String] = []
  var crossings: [Crossing] = []
  /// Ids of crossings and of posts, for filters; nil when some could not be read, as then nothing can be said of them.
  var crossingNames: NameList?
  var postNames: NameList?
  var templates: [String: TableReader] = [:]
  /// Whether a country's own table is faulty: other places that name it are not at fault.
  private var hasFaultyCountry = false
  /// Whether a dataset's name is faulty, likewise.
  private(set) var hasFaultyDataset = false

  /// Each is a file that is read, copied into homes and agreed upon.
  static let datasetsMax = 100

  init(source: TomlSource) { self.source = source }

  mutating func read(contents: (String) -> [UInt8]?) -> Topology? {
    guard let root = TomlValue.read(source).flatMap({ TableReader($0, source, what: "topology") }) else { return nil }
    root.refuseOthers(than: ["realm", "acting", "country", "observer", "dataset", "crossing", "terms", "pair"])
    let realm = realm(root)
    let side = root.word("acting", of: Topology.ActingSide.allCases.map(\.rawValue))
    readCountries(root)
    readObservers(root)
    readDatasets(root, contents: contents)
    readCrossings(root)
    let pairs = readPairs(root)
    guard let realm, let side = side.flatMap(Topology.ActingSide.init(rawValue:)) else { return nil }
    return Topology(
      realm: realm, countries: countries, observers: observers, crossings: crossings, pairs: pairs,
      definitions: Array(definitions.values), actingDefault: side)
  }

  private func realm(_ root: TableReader) -> Realm? {
    guard let text = root.text("realm", example: "istmo.sieca.int") else { return nil }
    do throws(TermError) { return try Realm(text.value) } catch {
      source.report(text.offset, "\"\(text.value)\" is no realm", "write \(error.expected)")
      return nil
    }
  }

  private mutating func readCountries(_ root: TableReader) {
    guard let table = root.table("country", what: "country") else {
      if root.member("country") == nil {
        root.missing(table: "country", "add a table for each, such as [country.SV] with name, icao and endpoint")
      }
      return
    }
    for member in table.members {
      guard let entry = TableReader(member.value, source, what: "country") else {
        hasFaultyCountry = true
        continue
      }
      entry.refuseOthers(than: ["name", "icao", "endpoint"])
      let bytes = Array(member.key.utf8)
      guard let code = try? CountryCode(member.key), ISO3166.isAlpha2(bytes.span) else {
        source.report(
          member.keyOffset, "\"\(member.key)\" is no country of ISO 3166-1", "write two capitals, such as [country.SV]")
        hasFaultyCountry = true
        continue
      }
      let name = entry.translated("name", example: "El Salvador")
      let icao = entry.text("icao", example: ISO3166.alpha3(of: Array(member.key.utf8)[...]) ?? "SLV")
      if let icao, ISO3166.code(ofTravelDocument: Array(icao.value.utf8)[...])?.elementsEqual(member.key.utf8) != true {
        source.report(
          icao.offset, "\"\(icao.value)\" is not the ICAO code of \(code)",
          "write icao = \"\(ISO3166.alpha3(of: Array(member.key.utf8)[...]) ?? "...")\"")
      }
      let endpoint = entry.text("endpoint", example: "node.example:4711", optional: true)
      if let endpoint, !Self.isEndpoint(endpoint.value) {
        source.report(
          endpoint.offset, "\"\(endpoint.value)\" is no host:port", "write endpoint = \"node.example:4711\"")
      }
      countries.append(
        Country(
          code: code, name: name ?? Translated(es: member.key, en: member.key), icao: icao?.value ?? "",
          endpoint: endpoint?.value))
    }
  }

  static func isEndpoint(_ text: String) -> Bool {
    guard let colon = text.utf8.lastIndex(of: 0x3A), let port = UInt16(text[text.index(after: colon)...]), port > 0
    else {
      return false
    }
    let host = text[..<colon]
    return !host.isEmpty && host.utf8.count <= 255 && host.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x2F }
  }

  /// A country of the file; nil, and the fault noted, when there is none such.
  func country(_ text: Located<String>) -> CountryCode? {
    if let found = countries.first(where: { $0.code.description == text.value }) { return found.code }
    if hasFaultyCountry || countries.isEmpty { return nil }
    let codes = countries.map(\.code.description)
    let bytes = Array(text.value.utf8)
    let isCode = ISO3166.isAlpha2(bytes.span)
    source.report(
      text.offset, "unknown country \"\(text.value)\"",
      NearestName.advice(text.value, in: codes, else: "write one of \(codes.joined(separator: ", "))")
        + (isCode ? ", or add [country.\(text.value)]" : ""))
    return nil
  }

  private mutating func readDatasets(_ root: TableReader, contents: (String) -> [UInt8]?) {
    guard let table = root.table("dataset", what: "dataset") else {
      if root.member("dataset") == nil {
        root.missing(table: "dataset", "add a table [dataset] with migration = \"datasets/migration.toml\"")
      }
      return
    }
    if table.members.count > Self.datasetsMax {
      source.report(
        table.members[Self.datasetsMax].keyOffset, "more than \(Self.datasetsMax) datasets", "write fewer")
    }
    for member in table.members.prefix(Self.datasetsMax) {
      datasetNames.append(member.key)
      guard let path = table.text(of: member, example: "datasets/migration.toml") else { continue }
      do throws(TermError) { _ = try DatasetName(member.key) } catch {
        source.report(member.keyOffset, "\"\(member.key)\" is no dataset name", "write \(error.expected)")
        hasFaultyDataset = true
        continue
      }
      guard Topology.isDefinitionPath(path.value) else {
        source.report(
          path.offset, "\"\(path.value)\" is no path of a definition file",
          "put the file into this file's folder or one below, and write its path from here in A-Z, a-z, 0-9, -, _, . and /"
        )
        continue
      }
      let file = Self.folder(of: source.file) + path.value
      guard let bytes = contents(file) else {
        source.report(
          path.offset, "the definition file \(file) cannot be read: \(Diagnostic.unreadable(file).problem)",
          "write its path from this file's folder")
        continue
      }
      let (definition, faults) = Definition.read(bytes, file: file)
      definitionFaults += faults
      guard let definition else { continue }
      guard definition.dataset.description == member.key else {
        source.report(
          member.keyOffset, "the file \(file) defines \"\(definition.dataset)\"",
          "write \(definition.dataset) = \"\(path.value)\"")
        hasFaultyDataset = true
        continue
      }
      definitions[definition.dataset] = definition
    }
  }

  private static func folder(of file: String) -> String {
    file.lastIndex(of: "/").map { String(file[...$0]) } ?? ""
  }
}
