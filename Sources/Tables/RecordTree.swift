import Catalog

/// A record in the making, of values that are put at paths of members and positions, in any order.
struct RecordTree {
  private var value: JSONValue?
  private var members: [(name: String, tree: RecordTree)] = []
  private var items: [Int: RecordTree] = [:]

  /// Puts a value at a path.
  mutating func put(_ value: JSONValue, _ steps: ArraySlice<CellPath.Step>) {
    guard let step = steps.first else { return self.value = value }
    switch step {
    case .member(let name):
      let place = members.firstIndex { $0.name == name } ?? members.count
      if place == members.count { members.append((name, RecordTree())) }
      members[place].tree.put(value, steps.dropFirst())
    case .position(let number): items[number, default: RecordTree()].put(value, steps.dropFirst())
    }
  }

  /// What was put; an empty object when nothing was.
  var json: JSONValue {
    if let value { return value }
    if !items.isEmpty { return .list(items.keys.sorted().compactMap { items[$0]?.json }) }
    return .object(members.map { .init(name: $0.name, value: $0.tree.json) })
  }
}
