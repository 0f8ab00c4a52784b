import Catalog
import Terms

// The country's rules for lanes: a file of its own, which no topology names and no neighbour knows.
extension Home {
  private var selectivityFile: String { "\(path)/selectivity.toml" }

  /// Puts rules in the place of the present ones. They must have been read without a fault.
  public func replaceSelectivity(_ bytes: [UInt8]) throws(HomeError) {
    try Files.write(bytes, to: selectivityFile)
  }

  /// The rules; nil when none were ever installed.
  /// - Throws: `HomeError.damaged` when the file is not what was installed.
  public func loadSelectivity() throws(HomeError) -> Selectivity? {
    guard Files.exists(selectivityFile) else { return nil }
    let bytes = try Files.read(selectivityFile, longest: Self.longestTopologyFile, what: "the rules for lanes")
    let (selectivity, faults) = Selectivity.read(bytes, file: selectivityFile)
    guard let selectivity else {
      throw .damaged(selectivityFile, problem: faults.first?.description ?? "it cannot be read")
    }
    return selectivity
  }
}
