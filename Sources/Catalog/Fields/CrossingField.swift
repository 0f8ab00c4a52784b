/// Crossings of the topology, such as `GT-SV/la-hachadura`.
enum CrossingField {
  static func write(
    _ text: ArraySlice<UInt8>, _ context: borrowing FieldContext, _ field: Field, to out: inout [UInt8]
  ) throws(Refusal) {
    let id = String(decoding: text, as: UTF8.self)
    guard PlaceName.isCrossing(text) else {
      throw field.refusal("not the form of a crossing", "write it as GT-SV/la-hachadura", found: id)
    }
    if let topology = context.topology, topology.crossing(id) == nil {
      let near = NearestName.find(id, in: topology.crossings.map(\.id))
      throw field.refusal(
        "no such crossing in the topology", near.map { "write \($0)" } ?? "see Topology for the crossings there are",
        found: id)
    }
    out.appendJSONText(text)
  }
}
