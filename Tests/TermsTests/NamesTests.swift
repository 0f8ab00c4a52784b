import Terms
import Testing

@Suite struct NamesTests {
  @Test(arguments: ["SV", "GT", "AA", "ZZ"])
  func aCountryCodeIsTwoCapitals(text: String) throws {
    #expect(try CountryCode(text).description == text)
  }

  @Test(arguments: ["", "S", "SVX", "sv", "S1", "S ", " S", "ÑA", "SV\n", "S\u{301}", "SV\0"])
  func anythingElseIsNoCountryCode(text: String) {
    #expect(throws: TermError.self) { try CountryCode(text) }
  }

  @Test(arguments: ["a", "migration", "cargo-units", "a1", "abcdefghijklmnopqrstuvwxyz012345", "a-"])
  func aDatasetNameIsLowerCaseWithALetterFirst(text: String) throws {
    #expect(try DatasetName(text).description == text)
  }

  @Test(arguments: [
    "", "1a", "-a", "A", "aB", "a_b", "a.b", "a/b", "a b", "añ", "abcdefghijklmnopqrstuvwxyz0123456", "a\n", "a+b",
  ])
  func anythingElseIsNoDatasetName(text: String) {
    #expect(throws: TermError.self) { try DatasetName(text) }
  }

  @Test(arguments: ["istmo.sieca.int", "a", "9", "a-b.c", String(repeating: "a", count: 64)])
  func aRealmIsWrittenLikeAHostName(text: String) throws {
    #expect(try Realm(text).description == text)
  }

  @Test(arguments: ["", ".a", "-a", "A", "a b", "a+b", "a/b", "a\n", "é", String(repeating: "a", count: 65)])
  func anythingElseIsNoRealm(text: String) {
    #expect(throws: TermError.self) { try Realm(text) }
  }

  @Test func aStreamIsOriginRecipientAndDataset() throws {
    let stream = try StreamName("SV/GT/migration")
    #expect(stream.origin == (try CountryCode("SV")))
    #expect(stream.recipient == (try CountryCode("GT")))
    #expect(stream.dataset == (try DatasetName("migration")))
    #expect(!stream.isHome)
    #expect(stream.description == "SV/GT/migration")
    #expect(try stream.checkpointOrigin(in: Realm("istmo.sieca.int")) == "istmo.sieca.int/SV/GT/migration")
    #expect(try StreamName("SV/SV/migration").isHome)
  }

  @Test(arguments: [
    "", "SV", "SV/GT", "SV/GT/", "/GT/migration", "SV//migration", "SV/GT/migration/", "SV/GT/migration/x",
    "sv/GT/migration", "SV/GT/Migration", "SV/GT/migration\n", " SV/GT/migration", "SV/\u{301}GT/migration",
  ])
  func anythingElseIsNoStream(text: String) {
    #expect(throws: TermError.self) { try StreamName(text) }
  }

  @Test func namesAreOrderedAsTheyAreWritten() throws {
    let names = ["CR/PA/migration", "SV/GT/cargo-units", "SV/GT/migration", "SV/HN/migration"]
    #expect(try names.map { try StreamName($0) }.shuffled().sorted().map(\.description) == names)
    #expect(try CountryCode("GT") < CountryCode("GU"))
    #expect(try CountryCode("GZ") < CountryCode("HA"))
  }

  @Test func anErrorSaysWhatWasFoundAndWhatToWrite() {
    let error = #expect(throws: TermError.self) { try CountryCode("sv") }
    #expect(error?.description == "\"sv\" is not a country code; write two capitals, such as SV")
  }

  @Test func anErrorShortensWhatWasFound() {
    let error = #expect(throws: TermError.self) { try DatasetName(String(repeating: "X", count: 100_000)) }
    #expect((error?.description.count ?? .max) < 200)
  }

  @Test func aFilterClauseAdmitsItsValuesAndEndings() {
    let clause = FilterClause(field: "crossing", values: ["SV-HN/el-poy", "GT-SV/*"])
    #expect(clause.description == "crossing = GT-SV/*, SV-HN/el-poy")
    #expect(clause.admits("GT-SV/anguiatu"))
    #expect(clause.admits("GT-SV/"))
    #expect(clause.admits("SV-HN/el-poy"))
    #expect(!clause.admits("GT-SV"))
    #expect(!clause.admits("SV-HN/el-poy-2"))
    #expect(!clause.admits(""))
    #expect(FilterClause(field: "a", values: ["*"]).admits(""))
    #expect(!FilterClause(field: "a", values: []).admits("a"))
  }

  @Test func termsKeepTheirListsInOrder() throws {
    let terms = StreamTerms(
      stream: try StreamName("SV/GT/migration"), version: 1, definition: Digest(), filter: [], fields: ["b", "a"],
      mode: .replicate, purpose: "border control", roles: ["z", "y"], retentionDays: 30)
    #expect(terms.fields == ["a", "b"])
    #expect(terms.roles == ["y", "z"])
  }
}
