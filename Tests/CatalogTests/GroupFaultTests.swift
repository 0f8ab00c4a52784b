import Testing

@testable import Catalog

/// Each way to write a group, a list or a rule over them wrong is told once, with what to write instead.
@Suite struct GroupFaultTests {
  private func faults(_ text: String) -> [String] {
    Definition.read(Array(text.utf8), file: "c.toml").faults.map { "\($0.problem); \($0.whatToDo)" }
  }

  @Test(arguments: [
    (
      "scale = 3", "scale = 0", "scale is not within 1 to 9; write scale = 2"
    ),
    (
      "min = \"0\"", "min = \"0.0001\"",
      "\"0.0001\" is no decimal with at most 3 digits after the point; write min = \"0\""
    ),
    ("min = \"0\"", "min = 0", "a number where a text is expected; write min = \"0\""),
    ("min = \"0\"", "min = \"2\"\nmax = \"1\"", "max is below min; raise it, or lower min"),
    ("max_count = 4", "max_count = 501", "max_count is not within 1 to 500; write max_count = 99"),
    ("max_count = 4", "max_count = 4\nsearch = true", "unknown key \"search\" in field; "),
    ("type = \"tariff\"", "type = \"group\"", "unknown type \"group\"; write one of"),
    ("of = \"text\"", "of = \"list\"", "unknown of \"list\"; write"),
    ("of = \"text\"\nmax_length = 10", "of = \"tid\"\nmax_length = 10", "unknown key \"max_length\" in field; "),
    (
      "values = [\"region\", \"world\"]", "values = [\"region\", \"world\"]\nfilter = true",
      "a field in a group cannot be filtered; write filter = false"
    ),
    (
      "type = \"country\"", "type = \"country\"\npersonal = true\nfilter = true",
      "a personal field cannot be filtered: filters stand in agreements, in clear; write filter = false"
    ),
    (
      "required_when = { origin = [\"region\"] }", "required_when = { kind = [\"urgent\"] }",
      "required_when names \"kind\", which is no enum field; name one of origin"
    ),
    ("name = \"marks\"", "name = \"net\"", "the field \"net\" stands twice; remove one, or give it another name"),
    ("parts = \"lines.net\"", "parts = \"lines.nett\"", "there is no field \"lines.nett\"; write \"lines.net\""),
    (
      "parts = \"lines.net\"", "parts = \"gross\"",
      "the field \"gross\" is in no group; name one of a group, such as lines.net_kg"
    ),
    (
      "parts = \"lines.net\"", "parts = \"lines.what\"",
      "the field \"lines.what\" is of type text; name a field of type decimal or number"
    ),
    (
      "total = \"net\"", "total = \"lines.net\"",
      "the field \"lines.net\" stands in a group; name a field of the record itself"
    ),
    (
      "limit = \"lines.gross\"", "limit = \"gross\"",
      "lines.net and gross stand apart; name two fields of one group, or two of the record itself"
    ),
    (
      "terms = [\"freight\", \"other\"]", "terms = [\"lines.net\"]",
      "lines.net and value stand apart; name fields of one group, or fields of the record itself"
    ),
    ("terms = [\"freight\", \"other\"]", "terms = []", "no terms; name at least one field"),
    ("terms = [\"freight\", \"other\"]", "", "rule has no \"terms\"; add terms = [\"net\"]"),
    ("lines = \"lines\"", "lines = \"driver\"", "the group \"driver\" is one object and no list; give it a max_count"),
    (
      "lines = \"lines\"", "lines = \"lines.what\"",
      "the field \"lines.what\" stands in a group; name a field of the record itself"
    ),
    (
      "expiry = \"until\"", "expiry = \"issued\"",
      "the field \"issued\" may be absent, and nothing would expire; write required = true or required_when in the field"
    ),
    ("country = \"owner\"", "country = \"kind\"", "the field \"kind\" is of type enum; name a field of type country"),
  ])
  func aFaultIsToldOnce(part: String, other: String, said: String) throws {
    let text = Cargo.head + Cargo.fields + Cargo.rules
    try #require(text.contains(part), "\(part)")
    let found = faults(text.replacing(part, with: other, maxReplacements: 1))
    #expect(found.count == 1 && found.first?.hasPrefix(said) == true, "\(found)")
  }

  @Test func aGroupHasFields() {
    let empty = Cargo.head + Cargo.field("lines", "type = \"group\"")
    #expect(
      faults(empty) == ["field has no \"field\"; add a table for each field of the group, headed [[field.field]]"])
  }

  @Test func fieldsInGroupsAreBoundedToo() {
    let inner = (0..<99).map { Cargo.field("f\($0)", "type = \"boolean\"", in: true) }.joined()
    let two = Cargo.head + ["a", "b"].map { Cargo.field($0, "type = \"group\"") + inner }.joined()
    #expect(faults(two) == ["more than 128 fields with those in groups; define a second dataset"])
  }
}
