import Testing

@testable import Catalog

/// Each way to write a definition wrong is told with its place and with what to write instead, and nothing else is.
@Suite struct DefinitionFaultTests {
  typealias Change = Faulty.Change

  @Test(arguments: changes) func aFaultIsToldOnceWithItsPlace(change: Change) throws {
    let (topology, faults) = Faulty.read(Faulty.topology, definition: try change.applied(to: Faulty.definition))
    #expect(topology == nil)
    #expect(faults.map(\.description).joined(separator: "\n") == change.fault)
  }

  @Test func fieldsAndRulesAreBounded() {
    func field(_ index: Int) -> String {
      "[[field]]\nname = \"f\(index)\"\ntype = \"time\"\ntitle = \"t\"\ndescription = \"d\"\n"
    }
    let fields = Faulty.definition + (0..<100).map(field).joined()
    #expect(Faulty.read(Faulty.topology, definition: fields).faults.map(\.problem) == ["more than 100 fields"])
    let rule = "[[rule]]\nkind = \"order\"\nearlier = \"at\"\nlater = \"at\"\n"
    let rules = Faulty.definition + String(repeating: rule, count: 50)
    #expect(Faulty.read(Faulty.topology, definition: rules).faults.map(\.problem) == ["more than 50 rules"])
  }

  static let changes: [Change] = [
    Change(
      #"dataset = "trial""#, #"dataset = "Trial""#,
      #"trial.toml:1:11: "Trial" is no dataset name; write 1 to 32 of a-z, 0-9 and -, a letter first, such as migration"#
    ),
    Change(
      #"version = 1"#, #"version = 0"#,
      #"trial.toml:2:11: version is not within 1 to 1000000; write version = 1"#),
    Change(
      #"version = 1"#, #"version = "1""#,
      #"trial.toml:2:11: a text where a number is expected; write version = 1"#),
    Change(
      #"mode = "replicate""#, #"mode = "replica""#,
      #"trial.toml:5:8: unknown mode "replica"; write "replicate""#),
    Change(
      #"retention_days = 10"#, #"retention = 10"#,
      #"trial.toml:1:1: definition has no "retention_days"; add retention_days = 1096\#ntrial.toml:6:1: unknown key "retention" in definition; leave it out; known are dataset, version, title, description, retention_days, mode, time_field, refers_field, awaits_field, awaits_when, refers_own, observable, field, rule, restricted"#
    ),
    Change(
      #"time_field = "at""#, #"time_field = "att""#,
      #"trial.toml:7:14: there is no field "att"; write "at""#),
    Change(
      #"time_field = "at""#, #"time_field = "place""#,
      #"trial.toml:7:14: the field "place" is of type crossing; name a field of type time"#),
    Change(
      #"time_field = "at""#, #"time_field = "at"\#nrefers_field = "about""#,
      #"trial.toml:8:16: there is no field "about"; name a field of type record"#),
    Change(
      #"time_field = "at""#,
      #"time_field = "at"\#nrefers_field = "about"\#n[[field]]\#nname = "about"\#ntype = "record"\#ntitle = "t"\#ndescription = "d""#,
      #"trial.toml:8:16: the field "about" is not searchable; write search = true in the field"#),
    Change(
      #"time_field = "at""#, #"time_field = "at"\#nawaits_when = { colour = ["rde"] }"#,
      #"trial.toml:8:1: awaits_when without refers_field; name the record field by which the other country's record refers to this one, or leave it out\#ntrial.toml:8:27: "rde" is no value of colour; write "red""#
    ),
    Change(
      #"type = "crossing""#, #"type = "crosing""#,
      #"trial.toml:10:8: unknown type "crosing"; write "crossing""#),
    Change(
      #"type = "enum""#, #"type = "enums""#,
      #"trial.toml:22:8: unknown type "enums"; write "enum""#),
    Change(
      #"name = "place""#, #"name = "Place""#,
      #"trial.toml:9:8: "Place" is no field name; write 1 to 32 of a-z, 0-9 and _, a letter first"#),
    Change(
      #"name = "place""#, #"name = "reference""#,
      #"trial.toml:9:8: "reference" stands in every dataset; leave it out, or choose another name"#),
    Change(
      #"name = "colour""#, #"name = "place""#,
      #"trial.toml:21:8: the field "place" stands twice; remove one, or give it another name"#),
    Change(
      #"title = "Place""#, #""#,
      #"trial.toml:8:1: field has no "title"; add title = { es = "place", en = "place" }"#),
    Change(
      #"description = "Where.""#, #"description = """#,
      #"trial.toml:13:15: an empty text; write description = "...""#),
    Change(
      #"filter = true"#, #"filter = true\#nsearch = true"#,
      #"trial.toml:12:10: a crossing field cannot be searched; write search = false"#),
    Change(
      #"required = true"#, #"required = true\#nfilter = true"#,
      #"trial.toml:18:10: a time field cannot be filtered; write filter = false"#),
    Change(
      #"required = true"#, #"required = "yes""#,
      #"trial.toml:17:12: a text where true or false is expected; write required = false"#),
    Change(
      #"required = true"#, #"requried = true"#,
      #"trial.toml:17:1: unknown key "requried" in field; write "required""#),
    Change(
      #"values = ["red", "blue"]"#, #"values = ["red", "red"]"#,
      #"trial.toml:23:18: the value "red" stands twice; remove one"#),
    Change(
      #"values = ["red", "blue"]"#, #"values = []"#,
      #"trial.toml:23:10: no values; write at least one word"#),
    Change(
      #"values = ["red", "blue"]"#, #"values = ["red", "light blue"]"#,
      #"trial.toml:23:18: "light blue" is no word for a value; write 1 to 32 letters A-Z, digits and -"#),
    Change(
      #"values = ["red", "blue"]"#, #""#,
      #"trial.toml:20:1: field has no "values"; add values = ["one", "two"]"#),
    Change(
      #"max_length = 20"#, #"max_length = 5000"#,
      #"trial.toml:29:14: max_length is not within 1 to 4000; write max_length = 200"#),
    Change(
      #"max_length = 20"#, #"max_length = 20\#nmin_length = 30"#,
      #"trial.toml:29:14: max_length is below min_length; raise it, or lower min_length"#),
    Change(
      #"max_length = 20"#, #""#,
      #"trial.toml:26:1: field has no "max_length"; add max_length = 200"#),
    Change(
      #"max_length = 20"#, #"max_length = 20\#nletters = "latin""#,
      #"trial.toml:30:11: unknown letters "latin"; write one of any, name"#),
    Change(
      #"max_length = 20"#, #"max_length = 20\#nvalues = ["a"]"#,
      #"trial.toml:30:1: unknown key "values" in field; leave it out; known are name, type, title, description, required, required_when, only_when, personal, search, filter, shared, min_length, max_length, letters"#
    ),
    Change(
      #"{ colour = ["red"] }"#, #"{ color = ["red"] }"#,
      #"trial.toml:30:19: required_when names "color", which is no enum field; write "colour""#),
    Change(
      #"{ colour = ["red"] }"#, #"{ colour = ["rde"] }"#,
      #"trial.toml:30:29: "rde" is no value of colour; write "red""#),
    Change(
      #"{ colour = ["red"] }"#, #"{ place = ["red"] }"#,
      #"trial.toml:30:19: required_when names "place", which is no enum field; name one of colour"#),
    Change(
      #"{ colour = ["red"] }"#, #"{ colour = "red" }"#,
      #"trial.toml:30:28: a text where a list is expected; write colour = ["departure"]"#),
    Change(
      #"kind = "order""#, #"kind = "ordre""#,
      #"trial.toml:34:8: unknown kind "ordre"; write "order""#),
    Change(
      #"earlier = "at""#, #"earlier = "att""#,
      #"trial.toml:35:11: there is no field "att"; write "at""#),
    Change(
      #"earlier = "at""#, #""#,
      #"trial.toml:33:1: rule has no "earlier"; add earlier = "place""#),
    Change(
      #"earlier = "at""#, #"earlier = "at"\#nmiddle = "at""#,
      #"trial.toml:36:1: unknown key "middle" in rule; leave it out; known are kind, earlier, later"#),
    Change(
      #"# end"#, #"[[rule]]\#nkind = "own-post"\#npost = "place""#,
      #"trial.toml:39:8: the field "place" is of type crossing; name a field of type post"#),
    Change(
      #"title = "Trial""#, #"title = { es = "Prueba", en = "Trial", fr = "Essai" }"#,
      #"trial.toml:3:40: unknown key "fr" in title; leave it out; known are es, en"#),
  ]
}
