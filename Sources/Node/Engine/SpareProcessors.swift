import Dispatch
import Exchange
import Glibc
import Synchronization

/// Spreads work over the machine's processors. While somebody asks this node something, one stays free for that: an officer's lookup finds
/// one that is not busy with what a neighbour sends.
public final class SpareProcessors: Processors {
  private let all: Int
  private let sparesOne = Atomic(true)

  /// All processors of this machine, but for a test, which says how many.
  init(all: Int = sysconf(Int32(_SC_NPROCESSORS_ONLN))) { self.all = all }

  /// Says whether somebody asks this node something.
  func spareOne(_ spares: Bool) { sparesOne.store(spares, ordering: .relaxed) }

  /// How many threads work at once.
  var hands: Int { max(1, sparesOne.load(ordering: .relaxed) ? all - 1 : all) }

  /// Does `work` once for each number, on as many threads.
  public func each(below count: Int, _ work: @Sendable (Int) -> Void) {
    let hands = min(self.hands, count)
    guard hands > 1 else { return OneProcessor().each(below: count, work) }
    DispatchQueue.concurrentPerform(iterations: hands) { hand in
      for number in stride(from: hand, to: count, by: hands) { work(number) }
    }
  }
}
