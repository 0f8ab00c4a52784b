import Dispatch
import Exchange
import Glibc

/// Spreads work over all of the machine's processors but one: while a neighbour catches up, an officer's lookup finds one that is not
/// busy with it.
struct SpareProcessors: Processors {
  private let count = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)) - 1)

  func each(below count: Int, _ work: @Sendable (Int) -> Void) {
    let hands = min(self.count, count)
    guard hands > 1 else { return OneProcessor().each(below: count, work) }
    DispatchQueue.concurrentPerform(iterations: hands) { hand in
      for number in stride(from: hand, to: count, by: hands) { work(number) }
    }
  }
}
