import Catalog
import Exchange
import Foundation
import Node
import Terms
import Testing

/// A dataset that nobody thought of takes a definition file and terms, and no code.
@Suite struct InventedDatasetTests {
  static let definition = """
    dataset = "beehives"
    version = 1
    title = { es = "Colmenas", en = "Beehives" }
    description = { es = "Colmenas que cruzan la frontera.", en = "Beehives that cross the border." }
    mode = "replicate"
    retention_days = 400
    time_field = "time"

    [[field]]
    name = "crossing"
    type = "crossing"
    required = true
    filter = true
    title = { es = "Paso", en = "Crossing" }
    description = { es = "Paso fronterizo.", en = "The crossing." }

    [[field]]
    name = "time"
    type = "time"
    required = true
    title = { es = "Hora", en = "Time" }
    description = { es = "Momento.", en = "Moment." }

    [[field]]
    name = "honey_kg"
    type = "decimal"
    scale = 2
    min = "0"
    title = { es = "Miel, kg", en = "Honey, kg" }
    description = { es = "Suma de las colmenas.", en = "Sum of the hives." }

    [[field]]
    name = "hives"
    type = "group"
    required = true
    max_count = 10
    title = { es = "Colmenas", en = "Hives" }
    description = { es = "Cada colmena.", en = "Each hive." }

    [[field.field]]
    name = "tag"
    type = "epc"
    required = true
    search = true
    title = { es = "Etiqueta", en = "Tag" }
    description = { es = "Etiqueta RFID.", en = "RFID tag." }

    [[field.field]]
    name = "honey_kg"
    type = "decimal"
    scale = 2
    min = "0"
    title = { es = "Miel, kg", en = "Honey, kg" }
    description = { es = "Miel de la colmena.", en = "The hive's honey." }

    [[field.field]]
    name = "price"
    type = "decimal"
    scale = 2
    shared = false
    title = { es = "Precio", en = "Price" }
    description = { es = "Queda en el país.", en = "Stays in the country." }

    [[rule]]
    kind = "sum"
    parts = "hives.honey_kg"
    total = "honey_kg"

    """

  private static func agreed(_ topology: String) -> String {
    topology.replacing("[dataset]\n", with: "[dataset]\nbeehives = \"datasets/beehives.toml\"\n")
      .replacing(
        "\"migration\", \"lookups\", ", with: "\"migration\", \"lookups\", \"bees\", ",
        maxReplacements: 1
      )
      .replacing(
        "[terms.migration]\n",
        with: """
          [terms.bees]
          dataset = "beehives"
          filter = { crossing = ["{pair}/*"] }
          purpose = "Bees cross the border healthy."
          roles = ["beekeeper"]

          [terms.migration]

          """)
  }

  private static func line(_ crossing: String, _ number: Int, sum: String = "3.75") -> [UInt8] {
    Array(
      """
      {"crossing":"\(crossing)","time":"2026-11-24T08:00:00-06:00","honey_kg":"\(sum)","reference":"B-\(number)",\
      "hives":[{"tag":"urn:epc:tag:giai-96:0.0614141.\(number)","honey_kg":"1.5","price":"77.77"},\
      {"tag":"E280116060000205000000\(number)","honey_kg":"2.25"}]}
      """.utf8)
  }

  @Test func aFileAndTermsAreEnough() throws {
    let pair = try NodePair(definitions: ["datasets/beehives.toml": Self.definition], edit: Self.agreed)
    let (sv, gt) = try pair.start()
    let dataset = try DatasetName("beehives")
    let definition = try #require(sv.registry.definition(dataset))
    func draft(_ line: [UInt8]) throws -> Draft {
      try sv.registry.draft(line, of: definition, from: sv.country, now: SystemClock().now())
    }
    let refusal = #expect(throws: Refusal.self) { try draft(Self.line("GT-SV/anguiatu", 10, sum: "3.76")) }
    #expect(refusal?.description.hasPrefix("honey_kg: not the sum of hives.honey_kg") == true)
    let results = try sv.engine.publish([
      draft(Self.line("GT-SV/anguiatu", 10)), draft(Self.line("SV-HN/el-poy", 11)),
      draft(Self.line("GT-SV/anguiatu", 12)),
    ])
    #expect(results.count == 3)
    // Two records and the entry of their epoch: the third concerns another border.
    let stream = try StreamName("SV/GT/beehives")
    #expect(
      try NodePair.eventually { try sv.engine.reader.state(of: stream).receipt?.checkpoint.size == 3 })

    func found(_ typed: String, at node: Installation) throws -> [String] {
      var request = LookupRequest(dataset: dataset, by: Asker(officer: "bee-1", role: "beekeeper", purpose: "test"))
      request.conditions = [("hives.tag", typed)]
      return try node.lookups.answer(request).records.map { String(decoding: $0.record.body, as: UTF8.self) }
    }
    for typed in ["urn:epc:tag:giai-96:0.0614141.12", "e280 1160 6000 0205 0000 0012"] {
      let bodies = try found(typed, at: gt)
      #expect(bodies.count == 1 && bodies.first?.contains(#""honey_kg":"3.75""#) == true, "\(bodies)")
      #expect(bodies.first?.contains("77.77") == false)
      #expect(try found(typed, at: sv).first?.contains("77.77") == true)
    }
    #expect(try found("urn:epc:tag:giai-96:0.0614141.11", at: gt).isEmpty)
    #expect(try found("urn:epc:tag:giai-96:0.0614141.11", at: sv).count == 1)
  }
}
