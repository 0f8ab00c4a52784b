import Testing

@testable import Catalog

/// Each way to write a topology wrong is told with its place and with what to write instead, and nothing else is.
@Suite struct TopologyFaultTests {
  typealias Change = Faulty.Change

  @Test func withoutAFaultThereIsNone() {
    let (topology, faults) = Faulty.read(Faulty.topology)
    #expect(faults.isEmpty && topology?.crossings.count == 2 && topology?.pairs.first?.streams.count == 2)
  }

  @Test(arguments: changes) func aFaultIsToldOnceWithItsPlace(change: Change) throws {
    let (topology, faults) = Faulty.read(try change.applied(to: Faulty.topology))
    #expect(topology == nil)
    #expect(faults.map(\.description).joined(separator: "\n") == change.fault)
  }

  static let changes: [Change] = [
    Change(
      #"realm = "istmo.test""#, #"relm = "istmo.test""#,
      #"t.toml:1:1: topology has no "realm"; add realm = "istmo.sieca.int"\#nt.toml:1:1: unknown key "relm" in topology; write "realm""#
    ),
    Change(
      #"realm = "istmo.test""#, #"realm = "Istmo Test""#,
      #"t.toml:1:9: "Istmo Test" is no realm; write 1 to 64 of a-z, 0-9, . and -, such as istmo.sieca.int"#),
    Change(
      #"acting = "departure""#, #"acting = "exit""#,
      #"t.toml:2:10: unknown acting "exit"; write one of departure, entry"#),
    Change(
      #"[country.GT]"#, #"[country.gt]"#,
      #"t.toml:3:10: "gt" is no country of ISO 3166-1; write two capitals, such as [country.SV]"#),
    Change(
      #"[country.GT]"#, #"[countries.GT]"#,
      #"t.toml:3:2: unknown key "countries" in topology; write "country"\#nt.toml:16:6: unknown country "GT"; write one of SV, HN, or add [country.GT]\#nt.toml:35:14: unknown country "GT"; write one of SV, HN, or add [country.GT]"#
    ),
    Change(
      #"icao = "GTM""#, #"icao = "GUA""#,
      #"t.toml:5:8: "GUA" is not the ICAO code of GT; write icao = "GTM""#),
    Change(
      #"icao = "GTM""#, #"icoa = "GTM""#,
      #"t.toml:3:1: country has no "icao"; add icao = "GTM"\#nt.toml:5:1: unknown key "icoa" in country; write "icao""#),
    Change(
      #"endpoint = "gt.test:4711""#, #"endpoint = "gt.test""#,
      #"t.toml:6:12: "gt.test" is no host:port; write endpoint = "node.example:4711""#),
    Change(
      #"endpoint = "gt.test:4711""#, #"endpoint = "gt.test:70000""#,
      #"t.toml:6:12: "gt.test:70000" is no host:port; write endpoint = "node.example:4711""#),
    Change(
      #"name = { es = "El Salvador", en = "El Salvador" }"#, #"name = { es = "El Salvador" }"#,
      #"t.toml:8:8: name has no "en"; add en = "El Salvador""#),
    Change(
      #"name = { es = "El Salvador", en = "El Salvador" }"#, #"name = 7"#,
      #"t.toml:8:8: a number where a text in both languages is expected; write name = { es = "El Salvador", en = "El Salvador" }"#
    ),
    Change(
      #"trial = "trial.toml""#, #"trial = "trail.toml""#,
      #"t.toml:14:9: the definition file trail.toml cannot be read: there is no such file; write its path from this file's folder"#
    ),
    Change(
      #"trial = "trial.toml""#, #"trial = "/etc/trial.toml""#,
      #"t.toml:14:9: "/etc/trial.toml" is no path of a definition file; put the file into this file's folder or one below, and write its path from here in A-Z, a-z, 0-9, -, _, . and /"#
    ),
    Change(
      #"trial = "trial.toml""#, #"trial = "../trial.toml""#,
      #"t.toml:14:9: "../trial.toml" is no path of a definition file; put the file into this file's folder or one below, and write its path from here in A-Z, a-z, 0-9, -, _, . and /"#
    ),
    Change(
      #"trial = "trial.toml""#, #"trail = "trial.toml""#,
      #"t.toml:14:1: the file trial.toml defines "trial"; write trial = "trial.toml""#),
    Change(
      #"trial = "trial.toml""#, #"Trial = "trial.toml""#,
      #"t.toml:14:1: "Trial" is no dataset name; write 1 to 32 of a-z, 0-9 and -, a letter first, such as migration"#),
    Change(
      #"id = "GT-SV/a"\#n"#, #"id = "GT-SV/A"\#n"#,
      #"t.toml:16:6: "GT-SV/A" is no id of a land crossing; write it as GT-SV/la-hachadura, two countries and a name"#),
    Change(
      #"id = "GT-SV/a"\#n"#, #"id = "GT-CR/a"\#n"#,
      #"t.toml:16:6: unknown country "CR"; write one of GT, SV, HN, or add [country.CR]"#),
    Change(
      #"id = "GT-SV/a"\#n"#, #"id = "GT-GT/a"\#n"#,
      #"t.toml:16:6: "GT-GT/a" names one country twice; write it as GT-SV/la-hachadura, two countries and a name"#),
    Change(
      #"kind = "land""#, #"kind = "lnad""#,
      #"t.toml:17:8: unknown kind "lnad"; write "land""#),
    Change(
      #"kind = "land""#, #"kind = "port""#,
      #"t.toml:16:6: "GT-SV/a" is no id of a port crossing; write it as SV/acajutla, one country and a name"#),
    Change(
      #"id = "HN/b"\#n"#, #"id = "GT-SV/a"\#n"#,
      #"t.toml:25:6: the crossing "GT-SV/a" stands twice; remove one, or give it another id"#),
    Change(
      #"  { id = "GT-SV/a/GT", country = "GT", name = "A" },\#n"#, #""#,
      #"t.toml:19:1: the crossing GT-SV/a has one post; a land crossing has two posts, one of each country: add the other"#
    ),
    Change(
      #"posts = [{ id = "HN/b/HN", country = "HN", name = "B" }]"#, #"posts = []"#,
      #"t.toml:28:1: the crossing HN/b has no post; a port is one country's gateway and has one post: add it"#),
    Change(
      #"posts = [{ id = "HN/b/HN", country = "HN", name = "B" }]"#, #""#,
      #"t.toml:24:1: crossing has no "posts"; add posts = [ { id = "HN/b/HN", country = "HN", name = "..." } ]"#),
    Change(
      #"country = "GT", name"#, #"country = "HN", name"#,
      #"t.toml:20:10: a post of HN at GT-SV/a; a post is of GT or SV"#),
    Change(
      #"country = "GT", name"#, #"country = "GU", name"#,
      #"t.toml:20:34: unknown country "GU"; write "GT", or add [country.GU]"#),
    Change(
      #""GT-SV/a/GT""#, #""GT-SV/b/GT""#,
      #"t.toml:20:10: the post id "GT-SV/b/GT" is not of its crossing; write "GT-SV/a/GT""#),
    Change(
      #""SVABC""#, #""SV ABC""#,
      #"t.toml:21:63: "SV ABC" is no UN/LOCODE of SV; write five letters such as SVXYZ"#),
    Change(
      #""SVABC""#, #""GTABC""#,
      #"t.toml:21:63: "GTABC" is no UN/LOCODE of SV; write five letters such as SVXYZ"#),
    Change(
      #"]\#n# crossing"#, #"]\#nacting = [{ from = "GT", to = "HN", post = "GT-SV/a/GT" }]\#n# crossing"#,
      #"t.toml:23:11: an acting rule from GT to HN at GT-SV/a; write the crossing's two countries as from and to"#),
    Change(
      #"]\#n# crossing"#, #"]\#nacting = [{ from = "GT", to = "SV", post = "GT-SV/a/HN" }]\#n# crossing"#,
      #"t.toml:23:44: the post "GT-SV/a/HN" is not of the crossing GT-SV/a; write "GT-SV/a/GT""#),
    Change(
      #"]\#n# crossing"#,
      #"]\#nacting = [{ from = "GT", to = "SV", post = "GT-SV/a/GT", dataset = "trail" }]\#n# crossing"#,
      #"t.toml:23:68: unknown dataset "trail"; write "trial""#),
    Change(
      #"]\#n# crossing"#,
      #"]\#nacting = [{ from = "GT", to = "SV", post = "GT-SV/a/GT" }, { from = "GT", to = "SV", post = "GT-SV/a/SV" }]\#n# crossing"#,
      #"t.toml:23:60: a second acting rule for the same direction; remove one"#),
    Change(
      #"dataset = "trial""#, #"dataset = "trail""#,
      #"t.toml:30:11: unknown dataset "trail"; write "trial""#),
    Change(
      #"dataset = "trial""#, #"dataset = "customs""#,
      #"t.toml:30:11: unknown dataset "customs"; write one of trial, or add it under [dataset]"#),
    Change(
      #"place = ["#, #"palce = ["#,
      #"t.toml:31:12: a filter on "palce", a field that trial lacks; write "place""#),
    Change(
      #"place = ["#, #"why = ["#,
      #"t.toml:31:12: a filter on "why", a field of trial that no filter may use; write one of place"#),
    Change(
      #"place = ["#, #"officer = ["#,
      #"t.toml:31:12: a filter on "officer", a field that trial lacks; write one of place"#),
    Change(
      #""{pair}/*""#, #""GT-HN/*""#,
      #"t.toml:31:21: the filter place = GT-HN/* admits no crossing there is; write one of GT-SV/a, HN/b"#),
    Change(
      #""{pair}/*""#, #""{pair}/b""#,
      #"t.toml:37:10: the filter place = GT-SV/b admits no crossing there is; write "GT-SV/a""#),
    Change(
      #"["{pair}/*"]"#, #"[]"#,
      #"t.toml:31:20: a filter that admits nothing; write at least one value, or leave it out"#),
    Change(
      #"["{pair}/*"]"#, #""{pair}/*""#,
      #"t.toml:31:20: a text where a list is expected; write place = ["GT-SV/*"]"#),
    Change(
      #"purpose = "Trial.""#, #"purpose = """#,
      #"t.toml:32:11: an empty text; write purpose = "border control""#),
    Change(
      #"purpose = "Trial.""#, #""#,
      #"t.toml:29:1: terms has no "purpose"; add purpose = "border control""#),
    Change(
      #"roles = ["officer"]"#, #"roles = ["Officer"]"#,
      #"t.toml:33:10: "Officer" is no role; write a word of a-z, 0-9 and -, such as migration-officer"#),
    Change(
      #"roles = ["officer"]"#, #"roles = "officer""#,
      #"t.toml:33:9: a text where a list is expected; write roles = ["migration-officer"]"#),
    Change(
      #"roles = ["officer"]"#, #"roles = ["officer"]\#nmode = "push""#,
      #"t.toml:34:8: unknown mode "push"; write one of replicate, query"#),
    Change(
      #"roles = ["officer"]"#, #"roles = ["officer"]\#nretention_days = 99999"#,
      #"t.toml:34:18: retention_days is not within 1 to 36500; write retention_days = 10"#),
    Change(
      #"roles = ["officer"]"#, #"roles = ["officer"]\#nfields = ["at"]"#,
      #"t.toml:31:12: a filter on "place", which is not shared; add "place" to fields: the recipient must be able to check the filter"#
    ),
    Change(
      #"roles = ["officer"]"#, #"roles = ["officer"]\#nfields = ["at", "place", "collour"]"#,
      #"t.toml:34:26: trial has no field "collour" to share; write "colour""#),
    Change(
      #"countries = ["GT", "SV"]"#, #"countries = ["SV", "GT"]"#,
      #"t.toml:35:13: the pair SV-GT has a crossing GT-SV/a; name the two in one order in both: countries = ["GT", "SV"]"#
    ),
    Change(
      #"countries = ["GT", "SV"]"#, #"countries = ["GT", "GT"]"#,
      #"t.toml:35:13: a pair is of two countries; write countries = ["GT", "SV"]"#),
    Change(
      #"countries = ["GT", "SV"]"#, #"countries = ["GT", "SX"]"#,
      #"t.toml:35:20: unknown country "SX"; write "SV", or add [country.SX]"#),
    Change(
      #"countries = ["GT", "SV"]"#, #"countries = "GT-SV""#,
      #"t.toml:35:13: a text where a list is expected; write countries = ["GT", "SV"]"#),
    Change(
      #"countries = ["GT", "SV"]"#, #""#,
      #"t.toml:34:1: pair has no "countries"; add countries = ["GT", "SV"]"#),
    Change(
      #"neighbours = true"#, #"neighbours = false"#,
      #"t.toml:36:14: GT and SV have a land crossing; write neighbours = true"#),
    Change(
      #"neighbours = true"#, #""#,
      #"t.toml:34:1: pair has no "neighbours"; add neighbours = true, or false when they share no land border"#),
    Change(
      #"terms = ["all"]"#, #"terms = ["al"]"#,
      #"t.toml:37:10: unknown terms "al"; write "all""#),
    Change(
      #"terms = ["all"]"#, #"terms = ["all", "all"]"#,
      #"t.toml:37:17: the terms "all" are named twice; write each once"#),
    Change(
      #"# end"#, #"[[pair]]\#ncountries = ["SV", "GT"]\#nneighbours = true"#,
      #"t.toml:39:13: the pair of SV and GT is named twice; put everything into the first one, GT-SV, and remove this one"#
    ),
    Change(
      #"terms = ["all"]"#, #"terms = []"#,
      #"t.toml:37:9: the pair GT-SV has no terms: it would exchange nothing; write terms = ["all"], or those of them that are meant, or remove the pair"#
    ),
    Change(
      #"terms = ["all"]"#, #""#,
      #"t.toml:34:1: the pair GT-SV has no terms: it would exchange nothing; write terms = ["all"], or those of them that are meant, or remove the pair"#
    ),
    Change(
      #"# end"#, #"[[pair]]\#ncountries = ["GT", "HN"]\#nneighbours = true\#nterms = ["all"]"#,
      #"t.toml:40:14: GT and HN have no land crossing here; write neighbours = false, or add the crossing\#nt.toml:41:10: the filter place = GT-HN/* admits no crossing there is; write one of GT-SV/a, HN/b"#
    ),
    Change(
      #"# end"#, #"[[pair.stream]]\#nfrom = "HN"\#nterms = "all""#,
      #"t.toml:39:8: HN is not of this pair; write GT or SV"#),
    Change(
      #"# end"#, #"[[pair.stream]]\#nfrom = "GT"\#nterms = "none""#,
      #"t.toml:40:9: unknown terms "none"; write one of all, or add [terms.none]"#),
    Change(
      #"# end"#, #"[[pair.streams]]\#nfrom = "GT""#,
      #"t.toml:38:8: unknown key "streams" in pair; write "stream""#),
    Change(
      #"realm = "istmo.test""#, #"realm = istmo.test"#,
      #"t.toml:1:9: not TOML: this is no value; write a text in quotes, such as realm = "..."; only numbers, true and false have none"#
    ),
    Change(
      #"realm = "istmo.test""#, #"realm = "istmo.test"#,
      #"t.toml:1:9: not TOML: a text is not closed, or has a \ that means nothing; end it with the quote it began with; write \ as \\"#
    ),
    Change(
      #"realm = "istmo.test""#, #"realm = “istmo.test”"#,
      #"t.toml:1:9: not TOML: quotation marks of a word processor; write straight ones: realm = "...""#),
    Change(
      #"realm = "istmo.test""#, #"realm = "#,
      #"t.toml:1:9: not TOML: nothing stands after the =; write a value, such as realm = "...""#),
    Change(
      #"realm = "istmo.test""#, #"realm: "istmo.test""#,
      #"t.toml:1:6: not TOML: no = after the key; write key = value; a comment begins with #"#),
    Change(
      #"realm = "istmo.test""#, #"realm = "istmo.test" # ok\#nrealm = "b""#,
      #"t.toml:2:9: not TOML: "realm" stands twice; remove one, or write both as one"#),
    Change(
      #"realm = "istmo.test""#, #"realm = "istmo.test" x"#,
      #"t.toml:1:22: not TOML: something stands after the end of the value; put it on a line of its own, or # before it as a comment"#
    ),
    Change(
      #"realm = "istmo.test""#, #"realm = "istmo\.test""#,
      #"t.toml:1:9: not TOML: a text is not closed, or has a \ that means nothing; end it with the quote it began with; write \ as \\"#
    ),
    Change(
      #"realm = "istmo.test""#, #"el reino = "istmo.test""#,
      #"t.toml:1:3: not TOML: a key has a character other than A-Z, a-z, 0-9, _ and -; write it in these only, or = after it"#
    ),
    Change(
      #"[country.GT]"#, #"[country.GT"#,
      #"t.toml:3:1: not TOML: a table's header is not closed; write it on a line of its own, such as [country.GT] or [[pair]]"#
    ),
    Change(
      #"[country.GT]"#, #"[[country.GT]]"#,
      #"t.toml:3:1: a list where a table is expected; write the country as a table"#),
    Change(
      #"[country.SV]"#, #"[country.GT]"#,
      #"t.toml:7:1: not TOML: "country.GT" stands twice; remove one, or write both as one"#),
    Change(
      #"[[pair]]"#, #"[[pair]"#,
      #"t.toml:34:1: not TOML: a table's header is not closed; write it on a line of its own, such as [country.GT] or [[pair]]"#
    ),
    Change(
      #"name = "A" },\#n  {"#, #"name = "A" }\#n  {"#,
      #"t.toml:21:3: not TOML: a list is not closed, or a comma is missing; write a comma after each element, and ] at the end"#
    ),
    Change(
      #"country = "HN", name = "B" }]"#, #"country = "HN", name = "B", }]"#,
      #"t.toml:28:56: not TOML: a comma before the closing brace; leave the comma out"#),
    Change(
      #"country = "HN", name = "B" }]"#, #"country = "HN", name = "B" ]"#,
      #"t.toml:28:55: not TOML: a table in braces is not closed, or a comma is missing; write it on one line, with } at its end"#
    ),
    Change(
      #"name = "A", unlocode"#, #"name = "A" unlocode"#,
      #"t.toml:21:51: not TOML: a table in braces is not closed, or a comma is missing; write it on one line, with } at its end"#
    ),
    Change(
      #"neighbours = true"#, #"neighbours = yes"#,
      #"t.toml:36:14: not TOML: this is no value; write a text in quotes, such as neighbours = "..."; only numbers, true and false have none"#
    ),
    Change(
      #"neighbours = true"#, #"neighbours = 1"#,
      #"t.toml:36:14: a number where true or false is expected; write neighbours = true"#),
    Change(
      #"# crossing"#, #"\#0"#,
      #"t.toml:23:1: not TOML: a zero byte; save the file as UTF-8 text"#),
  ]
}
