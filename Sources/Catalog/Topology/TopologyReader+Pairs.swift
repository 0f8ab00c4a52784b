import Terms

extension TopologyReader {
  mutating func readPairs(_ root: TableReader) -> [Pair] {
    for member in root.table("terms", what: "terms")?.members ?? [] {
      guard let template = TableReader(member.value, source, what: "terms") else { continue }
      template.refuseOthers(than: Self.termKeys)
      templates[member.key] = template
    }
    var pairs: [Pair] = []
    var names: [Set<CountryCode>: String] = [:]
    let tables = root.tables("pair", what: "pair")
    if tables.count > Self.pairsMax {
      source.report(tables[Self.pairsMax].offset, "more than \(Self.pairsMax) pairs", "divide the federation")
    }
    for table in tables.prefix(Self.pairsMax) {
      table.refuseOthers(than: ["countries", "neighbours", "terms", "stream"])
      guard let countries = pairCountries(table) else { continue }
      if let earlier = names[Set(countries)] {
        source.report(
          table.member("countries")?.value.offset ?? table.offset,
          "the pair of \(countries[0]) and \(countries[1]) is named twice",
          "put everything into the first one, \(earlier), and remove this one")
        continue
      }
      let isSpelled = isSpelledAsCrossings(countries, table)
      let neighbours = neighbours(table, countries)
      let streams = isSpelled ? streams(table, countries) : []
      refuseWithoutTerms(table, countries)
      let pair = Pair(countries: countries, areNeighbours: neighbours, streams: streams)
      names[Set(countries)] = pair.name
      pairs.append(pair)
    }
    return pairs
  }

  /// All pairs of forty-five countries: more than any federation of neighbours.
  static let pairsMax = 1000

  static let termKeys = ["dataset", "filter", "fields", "mode", "purpose", "roles", "retention_days"]

  private func pairCountries(_ table: TableReader) -> [CountryCode]? {
    guard let texts = table.texts("countries", example: "GT\", \"SV") else {
      if table.member("countries") == nil { let _: Void? = table.missing("countries", "[\"GT\", \"SV\"]") }
      return nil
    }
    let codes = texts.compactMap(member)
    guard codes.count == texts.count else { return nil }
    guard codes.count == 2, codes[0] != codes[1] else {
      source.report(
        table.member("countries")?.value.offset ?? table.offset, "a pair is of two countries",
        "write countries = [\"GT\", \"SV\"]")
      return nil
    }
    guard !codes.allSatisfy(\.isObserver) else {
      source.report(
        table.member("countries")?.value.offset ?? table.offset, "a pair of two observers would exchange nothing",
        "name a country and an observer")
      return nil
    }
    return codes
  }

  /// Crossings name their two countries in the order of the pair, so that one pattern meets them all.
  private func isSpelledAsCrossings(_ countries: [CountryCode], _ table: TableReader) -> Bool {
    let reversed = "\(countries[1])-\(countries[0])/"
    guard let crossing = crossings.first(where: { $0.id.hasPrefix(reversed) }) else { return true }
    source.report(
      table.member("countries")?.value.offset ?? table.offset,
      "the pair \(countries[0])-\(countries[1]) has a crossing \(crossing.id)",
      "name the two in one order in both: countries = [\"\(countries[1])\", \"\(countries[0])\"]")
    return false
  }

  private func neighbours(_ table: TableReader, _ countries: [CountryCode]) -> Bool {
    guard let member = table.member("neighbours") else {
      return table.missing("neighbours", "true, or false when they share no land border") ?? false
    }
    let stated = table.flag("neighbours", standing: true)
    let shareLand = crossings.contains { $0.kind == .land && countries.allSatisfy($0.countries.contains) }
    // Their crossing may be among those that could not be read.
    if stated != shareLand && (shareLand || crossingNames != nil) {
      source.report(
        member.value.offset,
        stated
          ? "\(countries[0]) and \(countries[1]) have no land crossing here"
          : "\(countries[0]) and \(countries[1]) have a land crossing",
        stated ? "write neighbours = false, or add the crossing" : "write neighbours = true")
    }
    return stated
  }

  private func streams(_ table: TableReader, _ countries: [CountryCode]) -> [StreamTerms] {
    var streams: [StreamTerms] = []
    var templatesUsed: Set<String> = []
    for name in table.texts("terms", example: "migration") ?? [] {
      guard let template = template(name) else { continue }
      guard templatesUsed.insert(name.value).inserted else {
        source.report(name.offset, "the terms \"\(name.value)\" are named twice", "write each once")
        continue
      }
      for (origin, recipient) in directions(countries) {
        let sources = TermSources(
          own: nil, template: template, pair: countries, origin: origin, recipient: recipient, at: name.offset)
        // A template's faults are noted once, not once for each pair and direction.
        guard let terms = self.terms(sources, from: origin, to: recipient) else { continue }
        if streams.contains(where: { $0.stream == terms.stream }) {
          source.report(name.offset, "a second set of terms for \(terms.stream)", "name one of them only")
        } else {
          streams.append(terms)
        }
      }
    }
    var own: Set<StreamName> = []
    for entry in table.tables("stream", what: "stream") {
      entry.refuseOthers(than: ["from", "terms"] + Self.termKeys)
      guard let from = entry.text("from", example: "\(countries[0])"), let origin = member(from) else { continue }
      guard countries.contains(origin) else {
        source.report(from.offset, "\(origin) is not of this pair", "write \(countries[0]) or \(countries[1])")
        continue
      }
      let named = entry.text("terms", example: "migration", optional: true)
      let inherited = named.flatMap { template($0) }
      if named != nil && inherited == nil { continue }
      let recipient = origin == countries[0] ? countries[1] : countries[0]
      let sources = TermSources(
        own: entry, template: inherited, pair: countries, origin: origin, recipient: recipient, at: entry.offset)
      guard let terms = self.terms(sources, from: origin, to: recipient) else { continue }
      guard own.insert(terms.stream).inserted else {
        source.report(entry.offset, "a second stream \(terms.stream)", "put everything into one")
        continue
      }
      streams.removeAll { $0.stream == terms.stream }
      streams.append(terms)
    }
    return streams
  }

  /// A pair without terms looks agreed and would exchange nothing.
  private func refuseWithoutTerms(_ table: TableReader, _ countries: [CountryCode]) {
    guard table.member("stream") == nil else { return }
    let terms = table.member("terms")
    if terms != nil { guard table.texts("terms", example: "migration")?.isEmpty == true else { return } }
    let known = templates.keys.sorted().map { "\"\($0)\"" }.joined(separator: ", ")
    source.report(
      terms?.value.offset ?? table.offset,
      "the pair \(countries[0])-\(countries[1]) has no terms: it would exchange nothing",
      known.isEmpty
        ? "add [terms.NAME] and name it here: terms = [\"NAME\"], or remove the pair"
        : "write terms = [\(known)], or those of them that are meant, or remove the pair")
  }

  private func template(_ name: Located<String>) -> TableReader? {
    if let template = templates[name.value] { return template }
    let names = templates.keys.sorted()
    source.report(
      name.offset, "unknown terms \"\(name.value)\"",
      NearestName.advice(
        name.value, in: names, else: "write one of \(names.joined(separator: ", ")), or add [terms.\(name.value)]"))
    return nil
  }
}
