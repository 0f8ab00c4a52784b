import Foundation
import Terms
import Testing

@testable import Catalog

/// The sample topology holds what the domain has: each list here was written from the sources, not from the file.
@Suite struct TopologyTests {
  let topology: Topology

  init() throws { topology = try Sample.topology() }

  /// A land crossing: both posts as they are called, their UN/LOCODE where there is one.
  struct Land {
    let id: String
    let first: (name: String, code: String?)
    let second: (name: String, code: String?)
  }

  /// All seventeen of the six borders, north to south.
  static let land: [Land] = [
    Land(id: "GT-SV/la-hachadura", first: ("Pedro de Alvarado", nil), second: ("La Hachadura", nil)),
    Land(id: "GT-SV/las-chinamas", first: ("Valle Nuevo", nil), second: ("Las Chinamas", nil)),
    Land(id: "GT-SV/san-cristobal", first: ("San Cristóbal", "GTSCF"), second: ("San Cristóbal", nil)),
    Land(id: "GT-SV/anguiatu", first: ("La Ermita", nil), second: ("Anguiatú", nil)),
    Land(id: "GT-HN/corinto", first: ("Entre Ríos", nil), second: ("Corinto", "HNHAC")),
    Land(id: "GT-HN/agua-caliente", first: ("Agua Caliente", nil), second: ("Agua Caliente", nil)),
    Land(id: "GT-HN/el-florido", first: ("El Florido", nil), second: ("El Florido", nil)),
    Land(id: "SV-HN/el-amatillo", first: ("El Amatillo", nil), second: ("El Amatillo", nil)),
    Land(id: "SV-HN/el-poy", first: ("El Poy", "SVEPY"), second: ("El Poy", "HNEPY")),
    Land(id: "HN-NI/guasaule", first: ("Guasaule", nil), second: ("Guasaule", nil)),
    Land(id: "HN-NI/el-espino", first: ("La Fraternidad", nil), second: ("El Espino", nil)),
    Land(id: "HN-NI/las-manos", first: ("Las Manos", nil), second: ("Las Manos", nil)),
    Land(id: "NI-CR/penas-blancas", first: ("Peñas Blancas", nil), second: ("Peñas Blancas", nil)),
    Land(id: "NI-CR/las-tablillas", first: ("San Pancho", nil), second: ("Las Tablillas", nil)),
    Land(id: "CR-PA/paso-canoas", first: ("Paso Canoas", "CRCAN"), second: ("Paso Canoas", nil)),
    Land(id: "CR-PA/sixaola", first: ("Sixaola", "CRSIX"), second: ("Guabito", "PAGBT")),
    Land(id: "CR-PA/rio-sereno", first: ("Sabalito", "CRSAO"), second: ("Río Sereno", "PARSO")),
  ]

  /// UN/LOCODE of the ports, La Unión and Caldera being the ferry's too.
  static let ports = [
    "GTSTC", "GTPBR", "GTPRQ", "SVAQJ", "SVLUN", "HNPCR", "HNPCA", "HNAMP", "HNSLO", "NICIO", "NIPSN", "NIELB", "NIPTI",
    "CRLIO", "CRMOB", "CRPTC", "CRPAS", "PABLB", "PACTB", "PAMIT",
  ]

  /// Codes that look right and name another place.
  static let traps = [
    "HNHAD", "PAEEN", "CRPBS", "HNEPO", "HNSMC", "HNNOC", "HNHAF", "GTESQ", "GTERI", "NIRVV", "CRLSL",
  ]

  @Test func sixCountriesWithTheirNodes() {
    #expect(topology.realm.description == "istmo.sieca.int")
    #expect(topology.countries.map(\.code.description) == ["CR", "GT", "HN", "NI", "PA", "SV"])
    #expect(topology.countries.map(\.icao) == ["CRI", "GTM", "HND", "NIC", "PAN", "SLV"])
    let endpoints = topology.countries.compactMap(\.endpoint)
    #expect(endpoints.count == 6 && Set(endpoints).count == 6)
    #expect(topology.countries.allSatisfy { $0.name.es != $0.code.description && !$0.name.en.isEmpty })
  }

  @Test func everyLandCrossingHasItsTwoPosts() throws {
    #expect(Set(topology.crossings.filter { $0.kind == .land }.map(\.id)) == Set(Self.land.map(\.id)))
    for expected in Self.land {
      let crossing = try #require(topology.crossing(expected.id))
      let countries = expected.id.prefix(5).split(separator: "-").map(String.init)
      #expect(crossing.posts.map(\.id) == countries.map { "\(expected.id)/\($0)" })
      #expect(crossing.posts.map(\.country.description) == countries)
      for (post, wanted) in zip(crossing.posts, [expected.first, expected.second]) {
        #expect(post.name.contains(wanted.name), "\(post.name)")
        #expect(post.unlocode == wanted.code, "\(post.id)")
      }
    }
  }

  @Test func theFerryJoinsTwoCountriesWithoutABorder() throws {
    let ferries = topology.crossings.filter { $0.kind == .ferry }
    #expect(ferries.map(\.id) == ["SV-CR/la-union-caldera"])
    #expect(ferries.first?.posts.map(\.unlocode) == ["SVLUN", "CRPTC"])
    let pair = try #require(topology.pair(Sample.salvador, Sample.country("CR")))
    #expect(!pair.areNeighbours && pair.streams.count == 2 * Self.byFerry.count)
  }

  @Test func everyPortAndAnAirportOfEachCountry() {
    let ports = topology.crossings.filter { $0.kind == .port }
    #expect(Set(ports.compactMap { $0.posts.first?.unlocode }) == Set(Self.ports))
    #expect(ports.count == Self.ports.count)
    let airports = topology.crossings.filter { $0.kind == .airport }
    #expect(Set(airports.flatMap(\.countries)).count == 6)
    for id in ["HN/la-mesa", "HN/toncontin"] { #expect(airports.contains { $0.id == id }) }
    #expect((ports + airports).allSatisfy { $0.posts.count == 1 && $0.acting.isEmpty })
  }

  @Test func noPostHasTheCodeOfAnotherPlace() {
    let codes = topology.crossings.flatMap { $0.posts.compactMap(\.unlocode) }
    for trap in Self.traps { #expect(!codes.contains(trap), "\(trap)") }
  }

  @Test func onePostActsInEachDirection() throws {
    let migration = try DatasetName("migration")
    /// Where it is not the country being left: country that acts by direction (domain.md M2).
    let exceptions = [
      "CR-PA/paso-canoas": ["PA>CR": "CR", "CR>PA": "PA"], "CR-PA/sixaola": ["PA>CR": "PA", "CR>PA": "PA"],
      "CR-PA/rio-sereno": ["PA>CR": "PA", "CR>PA": "PA"],
    ]
    for crossing in topology.crossings where crossing.posts.count == 2 {
      let (a, b) = (crossing.countries[0], crossing.countries[1])
      for (from, to) in [(a, b), (b, a)] {
        let post = try #require(topology.actingPost(at: crossing, from: from, to: to, dataset: migration))
        let expected = exceptions[crossing.id]?["\(from)>\(to)"] ?? from.description
        #expect(post.country.description == expected, "\(crossing.id) \(from) to \(to)")
        #expect(topology.actingPost(at: crossing, from: from, to: from, dataset: migration) == nil)
      }
      #expect(topology.actingPost(at: crossing, from: a, to: Sample.country("US"), dataset: migration) == nil)
    }
    let port = try #require(topology.crossing("SV/acajutla"))
    let us = Sample.country("US")
    #expect(topology.actingPost(at: port, from: us, to: Sample.salvador, dataset: migration)?.id == "SV/acajutla/SV")
    #expect(topology.actingPost(at: port, from: us, to: Sample.guatemala, dataset: migration) == nil)
  }

  @Test func aRuleForOneDatasetComesBeforeTheRuleForAll() throws {
    let text = Faulty.topology.replacing(
      "acting = \"departure\"", with: "acting = \"entry\"", maxReplacements: 1
    ).replacing(
      "]\n# crossing",
      with: """
        ]
        acting = [
          { from = "GT", to = "SV", post = "GT-SV/a/GT" },
          { from = "GT", to = "SV", post = "GT-SV/a/SV", dataset = "trial" },
        ]
        # crossing
        """)
    let topology = try #require(Faulty.read(text).topology)
    let crossing = try #require(topology.crossing("GT-SV/a"))
    let (gt, sv) = (Sample.guatemala, Sample.salvador)
    func acts(_ from: CountryCode, _ to: CountryCode, _ dataset: String) throws -> String? {
      topology.actingPost(at: crossing, from: from, to: to, dataset: try DatasetName(dataset))?.country.description
    }
    #expect(try acts(gt, sv, "trial") == "SV")
    #expect(try acts(gt, sv, "other") == "GT")
    #expect(try acts(sv, gt, "other") == "GT", "the realm's default: entry")
  }

  static let neighbours = ["GT-SV", "GT-HN", "SV-HN", "HN-NI", "NI-CR", "CR-PA"]
  static let routes = ["GT-NI", "GT-CR", "GT-PA", "SV-NI", "SV-PA", "HN-CR", "HN-PA", "NI-PA"]
  static let onRoutes: Set = ["lookups", "manifests", "certificates", "operators", "risk-alerts"]
  static let byFerry = onRoutes.union(["migration", "cargo-units", "rfid-reads", "quarantine", "posts"])
  static let atBorders = byFerry.union(["captures", "incidents", "measures"])

  @Test func everyTwoCountriesExchangeWhatConcernsThem() throws {
    let pairs = topology.pairs.filter { !$0.hasObserver }
    #expect(Set(pairs.map(\.name)) == Set(Self.neighbours + Self.routes + ["SV-CR"]))
    for pair in pairs {
      #expect(pair.areNeighbours == Self.neighbours.contains(pair.name))
      let expected =
        pair.areNeighbours ? Self.atBorders : Self.routes.contains(pair.name) ? Self.onRoutes : Self.byFerry
      for (origin, recipient) in [(0, 1), (1, 0)].map({ (pair.countries[$0], pair.countries[$1]) }) {
        let streams = pair.streams.filter { $0.stream.origin == origin && $0.stream.recipient == recipient }
        #expect(Set(streams.map(\.stream.dataset.description)) == expected, "\(origin) to \(recipient)")
        #expect(streams.count == expected.count)
      }
      for terms in pair.streams { try expectSound(terms, of: pair) }
    }
    #expect(topology.pair(Sample.salvador, Sample.guatemala) == topology.pair(Sample.guatemala, Sample.salvador))
  }

  @Test func theObserverReceivesFromEveryCountryWhatSaysNothingOfAPersonAndSendsNothing() throws {
    #expect(topology.observers.map(\.code.description) == ["XS"])
    let pairs = topology.pairs.filter(\.hasObserver)
    #expect(pairs.count == topology.countries.count)
    for pair in pairs {
      #expect(pair.streams.map(\.stream.dataset.description).sorted() == ["indicators", "measures", "projects"])
      for terms in pair.streams {
        #expect(!terms.stream.origin.isObserver && terms.stream.recipient.description == "XS")
        let definition = try #require(topology.definition(terms.stream.dataset))
        #expect(terms.fields.allSatisfy { definition.field($0)?.isPersonal == false })
        try expectSound(terms, of: pair)
      }
    }
  }

  /// Terms of the definition that there is, with a filter that keeps other pairs' records out.
  private func expectSound(_ terms: StreamTerms, of pair: Pair) throws {
    let definition = try #require(topology.definition(terms.stream.dataset))
    #expect(terms.definition == definition.digest && terms.version == definition.version)
    #expect(!terms.purpose.isEmpty && !terms.roles.isEmpty && !terms.filter.isEmpty, "\(terms.stream)")
    if terms.stream.dataset.description == "lookups" {
      #expect(terms.filter == [FilterClause(field: "about", values: ["\(terms.stream.recipient)"])])
    }
    // A filter by crossing meets every crossing of the pair, and no other's.
    for clause in terms.filter where clause.field == "crossing" {
      for crossing in topology.crossings {
        let isTheirs = crossing.countries.count == 2 && crossing.countries.allSatisfy(pair.countries.contains)
        #expect(clause.admits(crossing.id) == isTheirs, "\(terms.stream): \(crossing.id)")
      }
    }
    for clause in terms.filter where ["route", "recognised_by", "countries"].contains(clause.field) {
      #expect(clause.values == ["\(terms.stream.recipient)"], "\(terms.stream)")
    }
  }

  @Test func pairsDifferAndSomeAreAsymmetric() throws {
    func terms(_ stream: String) throws -> StreamTerms {
      try #require(topology.pairs.flatMap(\.streams).first { $0.stream.description == stream }, "\(stream)")
    }
    #expect(try terms("GT/SV/manifests").fields.contains("lines.customs_value"))
    #expect(try !terms("SV/HN/manifests").fields.contains("lines.customs_value"))
    #expect(try terms("GT/SV/captures").mode == .replicate && terms("CR/PA/captures").mode == .query)
    #expect(try terms("HN/NI/rfid-reads").retentionDays == 30 && terms("GT/SV/rfid-reads").retentionDays == 90)
    #expect(try terms("NI/CR/migration").fields.contains("residence"))
    #expect(try !terms("CR/NI/migration").fields.contains("residence"))
    #expect(try terms("GT/PA/manifests").filter.count == 2 && terms("PA/GT/manifests").filter.count == 1)
  }

  /// The example of Topology/README.md, word for word.
  @Test func countriesWithoutABorderExchangeWhatTheyAgree() throws {
    func text(_ path: String) throws -> String {
      String(decoding: try #require(SmallFile.read(Sample.root + "/Topology/" + path)), as: UTF8.self)
    }
    let readme = try text("README.md")
    let start = try #require(readme.range(of: "[[pair]]\ncountries = [\"GT\", \"PA\"]"))
    let example = readme[start.lowerBound...].prefix { $0 != "`" }
    // The sample has a pair of the two already; the example stands in its place.
    let sample = try text("central-america.toml")
    let own = try #require(sample.range(of: "[[pair]]\ncountries = [\"GT\", \"PA\"]"))
    #expect(!sample[own.upperBound...].contains("[[pair]]"), "more than the last pair would be left out")
    let file = sample[..<own.lowerBound] + example
    let (read, faults) = Topology.read(Sample.topologyFile) { path in
      path == Sample.topologyFile ? Array(file.utf8) : SmallFile.read(path)
    }
    #expect(faults.isEmpty, "\(faults)")
    let terms = try #require(read).terms(between: Sample.guatemala, and: Sample.country("PA"))
    #expect(terms.map(\.stream.description) == ["GT/PA/migration"])
    #expect(
      terms.first?.filter == [
        FilterClause(field: "crossing", values: ["GT-SV/*"]), FilterClause(field: "to", values: ["PA"]),
      ])
    #expect(try terms.first?.purpose == Sample.terms().purpose)
  }

  @Test func theMigrationDatasetHasWhatTheIssueAsks() throws {
    let definition = try Sample.definition()
    #expect(definition.version == 1 && definition.retentionDays == 1096)
    #expect(definition.timeField == "time" && definition.refersField == "refers")
    let personal = definition.fields.filter(\.isPersonal).map(\.name)
    #expect(
      Set(personal) == [
        "document", "surname", "given_names", "birth_date", "sex", "nationality", "mrz", "residence", "vehicle",
        "group",
        "travel_purpose", "minor", "guardian_document",
      ])
    // What a filter uses stands in agreements, in clear: nothing personal.
    #expect(definition.fields.filter(\.isFilterable).allSatisfy { !$0.isPersonal })
    #expect(
      definition.fields.filter(\.isFilterable).map(\.name) == ["event", "crossing", "post", "from", "to", "decision"])
    for field in definition.fields {
      #expect(!field.title.es.isEmpty && !field.title.en.isEmpty, "\(field.name)")
      #expect(!field.description.es.isEmpty && !field.description.en.isEmpty, "\(field.name)")
    }
  }

  @Test func theDigestIsOfTheFilesBytes() throws {
    let file = try #require(SmallFile.read(Sample.root + "/Topology/datasets/migration.toml"))
    let definition = try #require(Definition.read(file, file: "m").definition)
    #expect(try definition.digest == Sample.definition().digest)
    let altered = try #require(Definition.read(file + [0x0A], file: "m").definition)
    #expect(altered.digest != definition.digest && altered != definition)
  }
}
