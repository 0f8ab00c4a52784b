/// The command line was not understood: exit status 2.
struct UsageError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// One option of a command.
struct OptionSpec: Sendable {
  let name: String
  /// What stands for its value in the usage; nil for a flag.
  let value: String?
  var repeats = false
  var isNeeded = false

  static func flag(_ name: String) -> OptionSpec { OptionSpec(name: name, value: nil) }
  static func value(_ name: String, _ value: String) -> OptionSpec { OptionSpec(name: name, value: value) }
  static func values(_ name: String, _ value: String) -> OptionSpec {
    OptionSpec(name: name, value: value, repeats: true)
  }
  /// An option without which the command cannot do its work.
  static func needed(_ name: String, _ value: String, repeats: Bool = false) -> OptionSpec {
    OptionSpec(name: name, value: value, repeats: repeats, isNeeded: true)
  }

  /// As the usage line shows it.
  var usage: String {
    let text = value.map { "\(name) \($0)" } ?? name
    return (isNeeded ? text : "[\(text)]") + (repeats ? "..." : "")
  }
}

/// The words after a command, taken apart.
struct Arguments: Sendable {
  private(set) var positionals: [String] = []
  private var given: [String: [String]] = [:]

  /// - Throws: `UsageError` for an unknown option, a missing value or option, or too many or few other words.
  init(_ words: ArraySlice<String>, options: [OptionSpec], positionals allowed: ClosedRange<Int>) throws(UsageError) {
    var rest = words
    var onlyPositionals = false
    while let word = rest.popFirst() {
      guard !onlyPositionals, word.hasPrefix("--") else {
        positionals.append(word)
        continue
      }
      if word == "--" {
        onlyPositionals = true
        continue
      }
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts[0])
      guard let option = options.first(where: { $0.name == name }) else {
        let names = options.map(\.name).joined(separator: ", ")
        throw UsageError("unknown option \(name.prefix(40))" + (names.isEmpty ? "" : "; there are \(names)"))
      }
      if !option.repeats, given[name] != nil { throw UsageError("\(name) is given twice") }
      if option.value == nil {
        guard parts.count == 1 else { throw UsageError("\(name) takes no value") }
        given[name] = [""]
      } else if parts.count == 2 {
        given[name, default: []].append(String(parts[1]))
      } else if let value = rest.popFirst() {
        given[name, default: []].append(value)
      } else {
        throw UsageError("\(name) needs a value")
      }
    }
    guard allowed.contains(positionals.count) else {
      throw UsageError(positionals.count < allowed.lowerBound ? "something is missing" : "too many words")
    }
    let missing = options.filter { $0.isNeeded && given[$0.name] == nil }.map(\.name)
    guard missing.isEmpty else {
      throw UsageError("\(missing.joined(separator: ", ")) \(missing.count == 1 ? "is" : "are") needed")
    }
  }

  func flag(_ name: String) -> Bool { given[name] != nil }
  func value(_ name: String) -> String? { given[name]?.last }
  func values(_ name: String) -> [String] { given[name] ?? [] }

  /// The value of a needed option.
  /// - Throws: `UsageError` when it is missing.
  func needed(_ name: String) throws(UsageError) -> String {
    guard let value = value(name) else { throw UsageError("\(name) is needed") }
    return value
  }

  /// - Throws: `UsageError` when the value is not a whole number in the range.
  func number(_ name: String, in range: ClosedRange<Int>) throws(UsageError) -> Int? {
    guard let text = value(name) else { return nil }
    guard let number = Int(text), range.contains(number) else {
      throw UsageError("\(name) takes a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }
}
