import Dispatch
import Ledger
import Simulator
import Terms
import Testing

@testable import Exchange

/// Batches whose records are checked on several processors: what comes of it is what one would have found.
@Suite struct LongBatchTests {
  /// Several threads, the last pieces first.
  private struct Backwards: Processors {
    func each(below count: Int, _ work: @Sendable (Int) -> Void) {
      DispatchQueue.concurrentPerform(iterations: count) { work(count - 1 - $0) }
    }
  }

  /// What a recipient refuses of a batch of an epoch and 300 records, two of them wrong.
  private func refusal(bodyWrongAt body: Int?, orderWrongAt order: Int?) throws -> Message.Refusal? {
    let scene = try Scene(processors: Backwards())
    scene.recipient.give(.linkUp(Scene.sv))
    var maker = HandmadeOrigin(scene)
    try maker.addEpoch()
    for position in 1...300 {
      let id = maker.id()
      try maker.addRecord(
        ["crossing": "a1", "name": "n\(position)"], id: id, kind: position == order ? .replaces(id) : .record,
        claims: position == body ? [1] : nil)
    }
    scene.recipient.outbox = []
    scene.recipient.give(.message(.batch(try maker.batch()), from: Scene.sv))
    if body == nil, order == nil {
      try scene.recipient.finishCommits()
      #expect(try scene.recipient.names(Scene.sent) == (1...300).map { "n\($0)" }, "all, in their order")
      let locators = try scene.recipient.reader.store.readLocations(
        scene.recipient.keys.blindKey(dataset: Scene.movements, field: "name", value: Array("n150".utf8)),
        0...Int32.max, 10)
      #expect(locators.map(\.index) == [150])
    }
    return scene.recipient.take { if case .refuse(let refusal) = $0 { refusal } else { nil } }.first
  }

  @Test func allAreTakenInTheirOrderAndFound() throws {
    #expect(try refusal(bodyWrongAt: nil, orderWrongAt: nil) == nil)
  }

  @Test(arguments: [(17, 250), (16, 17), (299, 300), (1, 2)])
  func theFirstFaultIsNamedWhicheverKindItIs(_ first: Int, _ second: Int) throws {
    let wrongBody = try refusal(bodyWrongAt: first, orderWrongAt: second)
    #expect(wrongBody?.index == UInt64(first))
    #expect(wrongBody?.reason.contains("commits to") == true)
    let wrongOrder = try refusal(bodyWrongAt: second, orderWrongAt: first)
    #expect(wrongOrder?.index == UInt64(first))
    #expect(wrongOrder?.reason.contains("replaces a later record") == true)
  }
}
