/// Posts of the topology, such as `GT-SV/la-hachadura/SV`.
enum PostField {
  static func write(
    _ text: ArraySlice<UInt8>, _ context: borrowing FieldContext, _ field: Field, to out: inout [UInt8]
  ) throws(Refusal) {
    let id = String(decoding: text, as: UTF8.self)
    guard PlaceName.isPost(text) else {
      throw field.refusal("not the form of a post", "write it as GT-SV/la-hachadura/SV", found: id)
    }
    if let topology = context.topology, topology.post(id) == nil {
      let near = NearestName.find(id, in: topology.crossings.flatMap { $0.posts.map(\.id) })
      throw field.refusal(
        "no such post in the topology", near.map { "write \($0)" } ?? "see Topology for the posts there are", found: id)
    }
    out.appendJSONText(text)
  }
}
