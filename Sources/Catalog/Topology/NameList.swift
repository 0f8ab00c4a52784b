import Terms

/// Names in order, so that those a filter's value admits are found without looking at all.
struct NameList {
  let names: [String]

  init(_ names: [String]) { self.names = names.sorted() }

  /// Whether a value of a filter, which may end in `*`, admits one.
  func hasOne(admittedBy value: String) -> Bool {
    let start = value.hasSuffix("*") ? String(value.dropLast()) : value
    var (low, high) = (0, names.count)
    while low < high {
      let middle = (low + high) / 2
      if names[middle] < start { low = middle + 1 } else { high = middle }
    }
    return low < names.count && FilterClause(field: "", values: [value]).admits(names[low])
  }
}
