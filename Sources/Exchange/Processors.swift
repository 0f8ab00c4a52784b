/// What does many like pieces of work that need nothing of each other. The core knows no threads; which there are is its owner's
/// business, and nothing that it computes depends on it.
public protocol Processors: Sendable {
  /// Does `work` once for each number below `count`, in any order and perhaps at the same time; returns when all is done.
  func each(below count: Int, _ work: @Sendable (Int) -> Void)
}

/// Does one after the other.
public struct OneProcessor: Processors {
  /// One after the other.
  public init() {}

  /// Does `work` for 0, 1, 2 and so on.
  public func each(below count: Int, _ work: @Sendable (Int) -> Void) { for number in 0..<count { work(number) } }
}
