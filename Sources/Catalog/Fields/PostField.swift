/// Posts of the topology, such as `GT-SV/la-hachadura/SV`.
enum PostField {
  static func check(_ text: Span<UInt8>, _ context: borrowing FieldContext, _ field: Field) throws(Refusal) {
    guard PlaceName.isPost(text) else {
      throw field.refusal(
        "not the form of a post", "write it as GT-SV/la-hachadura/SV",
        found: text.string)
    }
    if let topology = context.topology, topology.post(text) == nil {
      let id = text.string
      let near = NearestName.find(id, in: topology.crossings.flatMap { $0.posts.map(\.id) })
      throw field.refusal(
        "no such post in the topology", near.map { "write \($0)" } ?? "see Topology for the posts there are", found: id)
    }
  }
}
