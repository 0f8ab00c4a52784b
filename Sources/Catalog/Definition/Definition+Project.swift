extension Definition {
  /// A checked body with only these fields; canonical like the whole.
  public func project(_ body: ReadBody, onto fields: [String]) -> [UInt8] {
    guard let document = try? body.object(), let slots = try? body.slots(by: self).slots else { return [0x7B, 0x7D] }
    var out: [UInt8] = []
    out.reserveCapacity(body.bytes.count)
    out.append(0x7B)
    let wanted = shared(fields).choice
    // Members that follow each other in the body are copied together.
    var stretch = 0..<0
    func end(_ out: inout [UInt8]) {
      if !stretch.isEmpty, out.count > 1 { out.append(0x2C) }
      out.append(contentsOf: document.bytes[stretch])
      stretch = 0..<0
    }
    for (index, node) in slots.enumerated() where node >= 0 && wanted.top[index] {
      guard wanted.inner[index].isEmpty else {
        end(&out)
        if out.count > 1 { out.append(0x2C) }
        out.append(contentsOf: sorted[index].member)
        group(index)?.project(node, of: document, sorted[index], onto: wanted.inner[index], to: &out)
        continue
      }
      let member = document.member(node)
      if member.lowerBound != stretch.upperBound + 1 || stretch.isEmpty {
        end(&out)
        stretch = member
      } else {
        stretch = stretch.lowerBound..<member.upperBound
      }
    }
    end(&out)
    out.append(0x7D)
    return out
  }

  /// One body with the fields of all, each of which is the same record's with some of its fields; canonical like the whole. Of a
  /// group that they have in several forms the longest counts.
  public func join(_ bodies: [ReadBody]) -> [UInt8] {
    var found: [Int: ArraySlice<UInt8>] = [:]
    for body in bodies {
      guard let document = try? body.object() else { continue }
      var child = document.firstChild(0)
      let end = document.end(0)
      while child < end {
        let raw = document.raw(child)
        if let index = names.index(ofKey: child, in: document), raw.count > found[index]?.count ?? 0 {
          found[index] = raw
        }
        child = document.end(child)
      }
    }
    var out: [UInt8] = [0x7B]
    for (index, raw) in found.sorted(by: { $0.key < $1.key }) {
      if out.count > 1 { out.append(0x2C) }
      out.append(contentsOf: sorted[index].member)
      out.append(contentsOf: raw)
    }
    out.append(0x7D)
    return out
  }

  /// The fields of a checked body with their values as JSON, in the order of the definition file.
  public func fields(of body: ReadBody) -> [(name: String, json: String)] {
    guard let draft = try? draft(of: body) else { return [] }
    return fields.compactMap { field in
      guard let index = names.index(of: field.nameBytes), let node = draft.node(index) else { return nil }
      return (field.name, String(decoding: draft.document.raw(node), as: UTF8.self))
    }
  }
}
