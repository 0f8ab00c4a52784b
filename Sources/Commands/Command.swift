/// One verb of the command line.
struct Command: Sendable {
  /// Its words, such as `ceremony offer`.
  let name: String
  /// What stands after the name in the usage.
  let operands: String
  /// One sentence for `--help`.
  let summary: String
  let options: [OptionSpec]
  let positionals: ClosedRange<Int>
  /// Whether it goes on until it is ended; then nobody waits for it.
  let isLasting: Bool
  /// Does it. Gives the exit status; throws what is told on stderr with status 1, or a `UsageError` with status 2.
  let run: @Sendable (Arguments, Console) throws -> Int32

  init(
    _ name: String, _ operands: String = "", summary: String, options: [OptionSpec] = [],
    positionals: ClosedRange<Int> = 0...0, isLasting: Bool = false,
    run: @escaping @Sendable (Arguments, Console) throws -> Int32
  ) {
    (self.name, self.operands, self.summary, self.positionals, self.run) = (name, operands, summary, positionals, run)
    self.isLasting = isLasting
    self.options = options + [.flag("--help")]
  }

  /// The usage line.
  var usage: String {
    let named = options.filter { $0.name != "--help" }
    let shown = (named.filter(\.isNeeded) + named.filter { !$0.isNeeded }).map(\.usage)
    return (["istmo \(name)"] + (operands.isEmpty ? [] : [operands]) + shown).joined(separator: " ")
  }
}

/// Done with what was reported; a command that partly failed ends with status 1 without a further sentence.
let (statusDone, statusFailed, statusUsage): (Int32, Int32, Int32) = (0, 1, 2)

/// A command whose words were right and that failed all the same, for example because what it names is not there.
struct CommandFailure: Error, CustomStringConvertible {
  /// One sentence, ending in what to do.
  let description: String

  init(_ description: String) { self.description = description }
}
