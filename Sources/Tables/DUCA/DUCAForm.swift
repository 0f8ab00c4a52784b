import Catalog

/// A declaration as JSON whose members are the numbers of the DUCA's fields, and a record of `manifests`: each made of the other.
/// Values are passed on as they are; whether they are right, publishing says.
///
///     {"2":"SV-F-1","4.1":"0614-050707-104-8","4.3":"SV", ... ,"40":[{"35":10,"37":"1000","45":"09012100", ...}],"54":[...]}
public enum DUCAForm {
  /// A declaration read.
  public struct Read: Sendable {
    /// The record, as `publish` takes it.
    public let record: JSONValue
    /// Fields that the dataset does not keep and that were passed over, in words.
    public let passedOver: [String]
  }

  /// The record of a declaration.
  /// - Throws: `Refusal` that names the member which no DUCA has, or which does not hold what it should.
  public static func read(_ declaration: JSONValue) throws(Refusal) -> Read {
    guard case .object(let members) = declaration else {
      throw Refusal(
        field: "line", problem: "a declaration is an object with the numbers of the DUCA's fields",
        whatToDo: "write {\"2\": \"NUMBER\", ...}")
    }
    var tree = RecordTree()
    var passedOver: [String] = []
    if declaration["event"] == nil { tree.put("declared", [.member("event")]) }
    for member in members {
      if let place = DUCAFields.once.first(where: { $0.number == member.name }) {
        tree.put(member.value, steps(place.path)[...])
      } else if let group = DUCAFields.groups.first(where: { $0.number == member.name }) {
        try put(member.value, of: group.group, group.number, group.fields, &tree, &passedOver)
      } else if DUCAFields.unnumbered.contains(member.name) {
        guard member.name != "event" || member.value == "declared" else {
          throw Refusal(
            field: "event", found: member.value.json, problem: "a DUCA is a declaration",
            whatToDo: "publish what became of it as a line of JSON, without --duca")
        }
        tree.put(member.value, [.member(member.name)])
      } else {
        try pass(over: member, in: "", &passedOver)
      }
    }
    return Read(record: tree.json, passedOver: passedOver)
  }

  private static func put(
    _ value: JSONValue, of group: String, _ number: String, _ fields: [DUCAFields.Place], _ tree: inout RecordTree,
    _ passedOver: inout [String]
  ) throws(Refusal) {
    guard case .list(let objects) = value else {
      throw Refusal(
        field: number, problem: "a list of objects is expected", whatToDo: "write [{...}, {...}], one for each")
    }
    for (place, object) in objects.enumerated() {
      let position = place + 1
      guard case .object(let members) = object else {
        throw Refusal(
          field: "\(number)[\(position)]", problem: "an object is expected",
          whatToDo: "write {\"\(fields[0].number)\": ...}")
      }
      // An object of which nothing is kept has a place all the same.
      if members.isEmpty { tree.put(.object([]), [.member(group), .position(position)]) }
      for member in members {
        if let field = fields.first(where: { $0.number == member.name }) {
          tree.put(member.value, [.member(group), .position(position), .member(field.path)])
        } else if member.name == number {
          // Field 40, the number of the line: its place says it.
          guard member.value == JSONValue(position) || member.value == .text("\(position)") else {
            throw Refusal(
              field: "\(number)[\(position)]", found: member.value.json, problem: "not the line's place in the list",
              whatToDo: "write \(position), or put the lines into their order")
          }
        } else {
          try pass(over: member, in: "\(number)[\(position)].", &passedOver)
        }
      }
    }
  }

  private static func pass(
    over member: JSONValue.Member, in group: String, _ passedOver: inout [String]
  ) throws(Refusal) {
    guard let known = DUCAFields.notKept.first(where: { $0.number == member.name }) else {
      throw Refusal(
        field: group + member.name, problem: "no field of a DUCA that can stand here",
        whatToDo: "leave it out; fields have their numbers, such as \"4.1\" or \"24.7\", and lines stand in \"40\"",
        fieldIsKnown: false)
    }
    let words = "\(known.number) (\(known.path))"
    if !passedOver.contains(words) { passedOver.append(words) }
  }

  /// The declaration of a record; nil of a record that is none, such as a change of its state. What the record does not hold, or was
  /// not shared, is left out.
  public static func write(_ record: JSONValue) -> JSONValue? {
    guard record["event"] == "declared" else { return nil }
    var members: [JSONValue.Member] = DUCAFields.unnumbered.compactMap { name in
      record[name].map { .init(name: name, value: $0) }
    }
    for (number, path) in DUCAFields.once {
      var value: JSONValue? = record
      for name in path.split(separator: ".") { value = value?[String(name)] }
      if let value { members.append(.init(name: number, value: value)) }
    }
    for (number, group, fields) in DUCAFields.groups {
      guard case .list(let objects)? = record[group] else { continue }
      let written = objects.enumerated().map { place, object in
        let own = fields.compactMap { field in
          object[field.path].map { JSONValue.Member(name: field.number, value: $0) }
        }
        return JSONValue.object((number == "40" ? [.init(name: number, value: JSONValue(place + 1))] : []) + own)
      }
      members.append(.init(name: number, value: .list(written)))
    }
    return .object(members)
  }

  /// A field of a refusal with the number that the declaration has it under: `37 (lines[2].net_kg)`.
  public static func shown(_ field: String) -> String {
    let bare = field.replacing(/\[\d+\]/, with: "")
    var number = DUCAFields.once.first { $0.path == bare || $0.path.hasPrefix("\(bare).") }?.number
    for group in DUCAFields.groups where number == nil {
      number = group.group == bare ? group.number : group.fields.first { "\(group.group).\($0.path)" == bare }?.number
    }
    return number.map { "\($0) (\(field))" } ?? field
  }

  private static func steps(_ path: String) -> [CellPath.Step] {
    path.split(separator: ".").map { .member(String($0)) }
  }
}
