/// What goes wrong in a run, and how often; chosen by the seed so that every kind of fault also occurs alone.
public struct Faults: Sendable {
  /// Messages out of a thousand that never arrive.
  public var dropPermille = 0
  /// Messages out of a thousand that arrive twice.
  public var duplicatePermille = 0
  /// The longest delay of a message in milliseconds; when it is jittery, messages overtake each other.
  public var longestDelay = 20
  /// Whether messages of one link may overtake each other.
  public var reorders = false
  /// Mean milliseconds between cuts of a link; 0 for none.
  public var cutEvery = 0
  /// Mean milliseconds between crashes of a node; 0 for none.
  public var crashEvery = 0
  /// Commits out of a thousand at whose fsync the node crashes, just before or just after.
  public var crashAtCommitPermille = 0
  /// Commits out of a thousand that fail.
  public var commitFailurePermille = 0
  /// Mean milliseconds between spells of a full disk; 0 for none.
  public var fullDiskEvery = 0
  /// Mean milliseconds between spells in which reads fail; 0 for none.
  public var readFailureEvery = 0
  /// The longest commit in milliseconds.
  public var longestCommit = 10
  /// Mean milliseconds between steps of a node's clock; 0 for none.
  public var clockStepEvery = 0
  /// The largest step of a clock in milliseconds.
  public var largestClockStep = 0
  /// Mean milliseconds between bundles that are carried by hand beside the link; 0 for none.
  public var bundleEvery = 0
  /// Mean milliseconds between changes of agreements: paused, resumed, renewed; 0 for none.
  public var agreementEvery = 0

  /// No faults.
  public init() {}

  /// The faults of a seed.
  public init(_ chance: Chance) {
    longestDelay = [5, 50, 400][chance.below(3)]
    longestCommit = [2, 20, 1500][chance.below(3)]
    if chance.happens(350) { dropPermille = [5, 50, 200][chance.below(3)] }
    if chance.happens(350) { duplicatePermille = [20, 200][chance.below(2)] }
    reorders = chance.happens(350)
    if chance.happens(400) { cutEvery = [700, 6000][chance.below(2)] }
    if chance.happens(400) { crashEvery = [2500, 12000][chance.below(2)] }
    if chance.happens(350) { crashAtCommitPermille = [20, 150, 500][chance.below(3)] }
    if chance.happens(300) { commitFailurePermille = [20, 200][chance.below(2)] }
    if chance.happens(200) { fullDiskEvery = 8000 }
    if chance.happens(200) { readFailureEvery = 8000 }
    if chance.happens(300) {
      (clockStepEvery, largestClockStep) = (5000, [3000, 3_600_000, 200_000_000][chance.below(3)])
    }
    if chance.happens(200) { bundleEvery = [1500, 6000][chance.below(2)] }
    if chance.happens(350) { agreementEvery = [2000, 8000][chance.below(2)] }
  }
}
