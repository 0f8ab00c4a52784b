import Catalog
import Exchange
import Foundation
import Node
import Synchronization
import Terms
import Testing

/// The machine's clock, set ahead as a test wants.
final class MovedClock: Clock {
  private let days = Mutex<Int64>(0)

  func move(days count: Int64) { days.withLock { $0 += count } }

  func now() -> Instant { SystemClock().now().advanced(byMilliseconds: days.withLock { $0 } * 86_400_000) }
}

@Suite(.serialized) struct HandOverTests {
  private static let stream = "SV/GT/migration"

  private func standing(_ node: Installation) -> AgreementStanding? { node.status().agreements.first }

  private func isReceipted(_ node: Installation) -> Bool {
    NodePair.eventually {
      node.status().streams.contains {
        $0.stream.description == Self.stream && $0.flowing && $0.lagRecords == 0 && $0.size > 0
      }
    }
  }

  @Test func aSuccessorSignedAheadLeavesTheAgreementInForceAloneAndTakesOverOnItsDay() throws {
    let clock = MovedClock()
    let pair = try NodePair(clock: clock)
    // The topology that the nodes run on says already what the successor brings.
    var files = try pair.svHome.topology()
    files[Home.topologyName] = files[Home.topologyName].map { bytes in
      Array(
        String(decoding: bytes, as: UTF8.self).replacing(
          "[terms.migration]\n",
          with:
            "[terms.migration]\nfields = [\"event\", \"crossing\", \"post\", \"from\", \"to\", \"time\", \"decision\"]\n"
        ).utf8)
    }
    for home in [pair.svHome, pair.gtHome] { try home.replaceTopology(files) }
    try pair.agree(days: 30...400)
    let (sv, gt) = try pair.start()
    _ = try NodePair.publish(0..<3, at: sv)
    #expect(isReceipted(sv))
    let successor = try #require(try pair.svHome.agreements(with: CountryCode("GT")).last)
    for node in [sv, gt] {
      #expect(standing(node)?.next?.agreement == successor && standing(node)?.next?.begins == successor.validFrom)
      #expect(standing(node)?.inForce.map { $0 != successor } == true && node.status().problems.isEmpty)
    }
    clock.move(days: 30)
    _ = try NodePair.publish(3..<5, at: sv)
    #expect(isReceipted(sv))
    let name = try StreamName(Self.stream)
    let bodies = try (0..<gt.engine.reader.state(of: name).size).compactMap { index in
      try gt.engine.reader.record(name, at: index)
    }
    #expect(bodies.count == 5)
    #expect(
      bodies.map { String(decoding: $0.body, as: UTF8.self).contains("Marcada") } == [true, true, true, false, false])
    #expect(bodies.last?.context.agreement == successor.digest)
    for node in [sv, gt] {
      #expect(standing(node)?.inForce == successor && standing(node)?.next == nil)
      #expect(node.verify { _ in }.problems == [])
    }
  }

  @Test func aNodeWithoutAnAgreementInForceSaysSo() throws {
    let clock = MovedClock()
    let pair = try NodePair(clock: clock)
    let (sv, _) = try pair.start()
    _ = try NodePair.publish(0..<1, at: sv)
    #expect(isReceipted(sv))
    clock.move(days: 366)
    _ = try NodePair.publish(1..<2, at: sv)
    let status = sv.status()
    #expect(!status.isFlowing)
    #expect(status.problems.contains { $0.words.contains("no agreement with GT is in force") })
    #expect(status.agreements.first?.inForce == nil)
  }
}
