import Sodium
import Terms

/// The random choices of one seed: the same seed chooses the same.
public final class Chance {
  private let entropy: SeededEntropy

  /// The choices of a seed.
  public init(seed: UInt64) { entropy = SeededEntropy(seed: seed) }

  /// A number from 0 up to `bound`, not included.
  public func below(_ bound: Int) -> Int { Int(entropy.uint64() % UInt64(max(bound, 1))) }

  /// A number of the range.
  public func within(_ range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }

  /// Whether something happens that happens so many times in a thousand.
  public func happens(_ permille: Int) -> Bool { permille > 0 && below(1000) < permille }

  /// One of several, or nil of none.
  public func one<T>(of choices: [T]) -> T? { choices.isEmpty ? nil : choices[below(choices.count)] }
}
