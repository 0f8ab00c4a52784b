import Terms

extension TopologyReader {
  mutating func readCrossings(_ root: TableReader) {
    var seen: Set<String> = []
    let tables = root.tables("crossing", what: "crossing")
    defer {
      if crossings.count == tables.count {
        crossingNames = NameList(crossings.map(\.id))
        postNames = NameList(crossings.flatMap { $0.posts.map(\.id) })
      }
    }
    for table in tables {
      table.refuseOthers(than: ["id", "kind", "name", "posts", "acting"])
      let id = table.text("id", example: "GT-SV/la-hachadura")
      let kind = table.word("kind", of: Crossing.Kind.allCases.map(\.rawValue)).flatMap(Crossing.Kind.init(rawValue:))
      let name = table.translated("name", example: "La Hachadura")
      guard let id, let kind else { continue }
      guard seen.insert(id.value).inserted else {
        source.report(id.offset, "the crossing \"\(id.value)\" stands twice", "remove one, or give it another id")
        continue
      }
      guard let countries = idCountries(id, kind) else { continue }
      let posts = posts(table, id: id.value, kind: kind, countries: countries)
      guard posts.count == kind.postCount else { continue }
      let acting = acting(table, id: id.value, countries: countries, posts: posts)
      crossings.append(
        Crossing(
          id: id.value, kind: kind, name: name ?? Translated(es: id.value, en: id.value), posts: posts,
          countries: countries, acting: acting))
    }
  }

  /// The countries in a crossing's id.
  private func idCountries(_ id: Located<String>, _ kind: Crossing.Kind) -> [CountryCode]? {
    let isPair = kind.postCount == 2
    let form = isPair ? "GT-SV/la-hachadura, two countries and a name" : "SV/acajutla, one country and a name"
    let parts = id.value.split(separator: "/").first?.split(separator: "-") ?? []
    let bytes = Array(id.value.utf8)
    guard PlaceName.isCrossing(bytes.span), parts.count == kind.postCount else {
      source.report(id.offset, "\"\(id.value)\" is no id of a \(kind.rawValue) crossing", "write it as \(form)")
      return nil
    }
    let countries = parts.compactMap { country(Located(value: String($0), offset: id.offset)) }
    guard countries.count == parts.count else { return nil }
    guard Set(countries).count == countries.count else {
      source.report(id.offset, "\"\(id.value)\" names one country twice", "write it as \(form)")
      return nil
    }
    return countries
  }

  private func posts(_ table: TableReader, id: String, kind: Crossing.Kind, countries: [CountryCode]) -> [Post] {
    let example = "[ { id = \"\(id)/\(countries[0])\", country = \"\(countries[0])\", name = \"...\" } ]"
    guard let member = table.member("posts") else { return table.missing("posts", example) ?? [] }
    let readers = table.tables("posts", what: "post")
    var posts: [Post] = []
    for reader in readers {
      reader.refuseOthers(than: ["id", "country", "name", "unlocode"])
      let name = reader.text("name", example: "La Hachadura")
      guard let postID = reader.text("id", example: "\(id)/\(countries[0])"),
        let code = reader.text("country", example: "\(countries[0])").flatMap(country)
      else { continue }
      guard countries.contains(code) else {
        source.report(
          postID.offset, "a post of \(code) at \(id)",
          "a post is of \(countries.map(\.description).joined(separator: " or "))")
        continue
      }
      guard postID.value == "\(id)/\(code)" else {
        source.report(
          postID.offset, "the post id \"\(postID.value)\" is not of its crossing", "write \"\(id)/\(code)\"")
        continue
      }
      let unlocode = reader.text("unlocode", example: "SVEPY", optional: true)
      if let unlocode, !Self.isUnlocode(unlocode.value, of: code) {
        source.report(
          unlocode.offset, "\"\(unlocode.value)\" is no UN/LOCODE of \(code)", "write five letters such as \(code)XYZ")
      }
      posts.append(Post(id: postID.value, country: code, name: name?.value ?? postID.value, unlocode: unlocode?.value))
    }
    guard readers.count == posts.count else { return [] }
    guard posts.count == kind.postCount, Set(posts.map(\.country)).count == posts.count else {
      let (needs, whatToDo) =
        kind.postCount == 2
        ? ("a \(kind.rawValue) crossing has two posts, one of each country", "add the other")
        : ("a \(kind.rawValue) is one country's gateway and has one post", "add it")
      let count = posts.isEmpty ? "no post" : posts.count == 1 ? "one post" : "\(posts.count) posts"
      source.report(
        member.keyOffset, "the crossing \(id) has \(count)",
        "\(needs): \(posts.count < kind.postCount ? whatToDo : "leave out what is too much")")
      return []
    }
    return posts
  }

  /// UN/LOCODE: the country's two letters and three of A to Z and 2 to 9.
  private static func isUnlocode(_ text: String, of country: CountryCode) -> Bool {
    text.utf8.count == 5 && text.hasPrefix(country.description)
      && text.utf8.dropFirst(2).allSatisfy { (0x41...0x5A).contains($0) || (0x32...0x39).contains($0) }
  }

  private func acting(
    _ table: TableReader, id: String, countries: [CountryCode], posts: [Post]
  ) -> [ActingRule] {
    var rules: [ActingRule] = []
    for reader in table.tables("acting", what: "acting rule") {
      reader.refuseOthers(than: ["from", "to", "post", "dataset"])
      let dataset = reader.text("dataset", example: "migration", optional: true)
      if let dataset, !isDataset(dataset) { continue }
      guard let from = reader.text("from", example: "\(countries[0])").flatMap(country),
        let to = reader.text("to", example: "\(countries[countries.count - 1])").flatMap(country),
        let post = reader.text("post", example: posts[0].id)
      else { continue }
      guard posts.count == 2, from != to, countries.contains(from), countries.contains(to) else {
        source.report(
          reader.offset, "an acting rule from \(from) to \(to) at \(id)",
          posts.count == 2 ? "write the crossing's two countries as from and to" : "leave it out: its only post acts")
        continue
      }
      guard posts.contains(where: { $0.id == post.value }) else {
        let near = NearestName.find(post.value, in: posts.map(\.id)) ?? posts[0].id
        source.report(post.offset, "the post \"\(post.value)\" is not of the crossing \(id)", "write \"\(near)\"")
        continue
      }
      let rule = ActingRule(
        from: from, to: to, dataset: dataset.flatMap { try? DatasetName($0.value) }, post: post.value)
      guard !rules.contains(where: { ($0.from, $0.to, $0.dataset) == (rule.from, rule.to, rule.dataset) }) else {
        source.report(reader.offset, "a second acting rule for the same direction", "remove one")
        continue
      }
      rules.append(rule)
    }
    return rules
  }

  /// Whether the file names a dataset; notes the fault when not.
  func isDataset(_ name: Located<String>) -> Bool {
    if datasetNames.contains(name.value) { return true }
    if hasFaultyDataset { return false }
    source.report(
      name.offset, "unknown dataset \"\(name.value)\"",
      NearestName.advice(
        name.value, in: datasetNames,
        else: "write one of \(datasetNames.joined(separator: ", ")), or add it under [dataset]"))
    return false
  }
}
