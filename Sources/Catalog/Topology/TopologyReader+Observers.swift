import Terms

extension TopologyReader {
  mutating func readObservers(_ root: TableReader) {
    guard root.member("observer") != nil, let table = root.table("observer", what: "observer") else { return }
    for member in table.members {
      guard let entry = TableReader(member.value, source, what: "observer") else { continue }
      entry.refuseOthers(than: ["name", "endpoint"])
      guard let code = try? CountryCode(member.key), code.isObserver else {
        source.report(
          member.keyOffset, "\"\(member.key)\" is no code of an observer",
          "write one that ISO 3166-1 leaves to users, XA to XZ without XK, such as [observer.XS]")
        continue
      }
      let name = entry.translated("name", example: "SIECA")
      let endpoint = entry.text("endpoint", example: "node.example:4711", optional: true)
      if let endpoint, !Self.isEndpoint(endpoint.value) {
        source.report(
          endpoint.offset, "\"\(endpoint.value)\" is no host:port", "write endpoint = \"node.example:4711\"")
      }
      observers.append(
        Observer(code: code, name: name ?? Translated(es: member.key, en: member.key), endpoint: endpoint?.value))
    }
  }

  /// A country or an observer of the file; nil, and the fault noted, when there is none such.
  func member(_ text: Located<String>) -> CountryCode? {
    observers.first { $0.code.description == text.value }?.code ?? country(text)
  }

  /// The directions in which a pair exchanges: an observer sends nothing.
  func directions(_ pair: [CountryCode]) -> [(origin: CountryCode, recipient: CountryCode)] {
    [(pair[0], pair[1]), (pair[1], pair[0])].filter { !$0.0.isObserver }
  }
}
