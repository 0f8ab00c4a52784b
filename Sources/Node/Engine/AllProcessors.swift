import Dispatch
import Exchange

/// Spreads work over the machine's processors.
struct AllProcessors: Processors {
  func each(below count: Int, _ work: @Sendable (Int) -> Void) {
    DispatchQueue.concurrentPerform(iterations: count, execute: work)
  }
}
