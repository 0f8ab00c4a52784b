/// Crossings of the topology, such as `GT-SV/la-hachadura`.
enum CrossingField {
  static func check(_ text: Span<UInt8>, _ context: borrowing FieldContext, _ field: Field) throws(Refusal) {
    guard PlaceName.isCrossing(text) else {
      throw field.refusal(
        "not the form of a crossing", "write it as GT-SV/la-hachadura",
        found: text.string)
    }
    if let topology = context.topology, topology.crossing(text) == nil {
      let id = text.string
      let near = NearestName.find(id, in: topology.crossings.map(\.id))
      throw field.refusal(
        "no such crossing in the topology", near.map { "write \($0)" } ?? "see Topology for the crossings there are",
        found: id)
    }
  }
}
