import Synchronization
import Testing

@testable import Node

@Suite struct SpareProcessorsTests {
  @Test(arguments: [0, 1, 2, 7, 1000]) func eachNumberIsDoneOnce(_ count: Int) {
    let done = Mutex([Int](repeating: 0, count: count))
    SpareProcessors().each(below: count) { number in done.withLock { $0[number] += 1 } }
    #expect(done.withLock { $0 } == [Int](repeating: 1, count: count))
  }
}
