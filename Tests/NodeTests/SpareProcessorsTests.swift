import Synchronization
import Testing

@testable import Node

@Suite struct SpareProcessorsTests {
  @Test(arguments: [0, 1, 2, 7, 1000]) func eachNumberIsDoneOnce(_ count: Int) {
    let done = Mutex([Int](repeating: 0, count: count))
    for (all, spares) in [(1, true), (1, false), (2, true), (2, false), (8, false)] {
      done.withLock { $0 = [Int](repeating: 0, count: count) }
      let processors = SpareProcessors(all: all)
      processors.spareOne(spares)
      processors.each(below: count) { number in done.withLock { $0[number] += 1 } }
      #expect(done.withLock { $0 } == [Int](repeating: 1, count: count))
    }
  }

  @Test func oneIsSparedWhileSomebodyAsks() {
    for (all, asked, alone) in [(1, 1, 1), (2, 1, 2), (8, 7, 8)] {
      let processors = SpareProcessors(all: all)
      #expect(processors.hands == asked, "nobody is known not to be there")
      processors.spareOne(false)
      #expect(processors.hands == alone)
      processors.spareOne(true)
      #expect(processors.hands == asked)
    }
  }
}
