import Catalog
import Foundation
import HTTP
import Synchronization
import Terms

/// A national system that publishes over the API and tries again until every record has its answer.
final class Publisher: Sendable {
  /// What became of all records: ids by number, and how often a record was sent.
  struct Outcome {
    var ids: [Int: RecordID] = [:]
    /// Records that had two answers with different ids: each would be a record stored twice.
    var contradictions: [Int] = []
    var accepted = 0
    var duplicates = 0
    var failedRequests = 0
  }

  struct GivenUp: Error, CustomStringConvertible { let description: String }

  private let outcome = Mutex(Outcome())
  private let isStopped = Atomic(false)
  private let token: String
  private let port: @Sendable () -> UInt16?

  /// `port` tells where the API is now; nil while the node is away.
  init(token: String, port: @escaping @Sendable () -> UInt16?) { (self.token, self.port) = (token, port) }

  var now: Outcome { outcome.withLock { $0 } }
  var answered: Int { outcome.withLock { $0.ids.count } }

  /// Publishes the departures of these numbers on a thread of its own.
  func run(_ numbers: Range<Int>, seed: UInt64) async throws {
    try await withTaskCancellationHandler {
      try await onThread { [self] in try publish(numbers, seed: seed) }
    } onCancel: {
      isStopped.store(true, ordering: .relaxed)
    }
  }

  /// Publishes in order, some records at a time.
  private func publish(_ numbers: Range<Int>, seed: UInt64) throws {
    var random = Seeded(seed)
    var next = numbers.lowerBound
    while next < numbers.upperBound {
      let end = min(numbers.upperBound, next + Int.random(in: 1...80, using: &random))
      try send(next..<end)
      next = end
    }
  }

  private func send(_ numbers: Range<Int>) throws {
    let body = Departures.lines(numbers)
    for _ in 0..<6000 where !isStopped.load(ordering: .relaxed) {
      if let port = port(), let lines = ask(port, body), take(lines, numbers) { return }
      outcome.withLock { $0.failedRequests += 1 }
      Thread.sleep(forTimeInterval: 0.02)
    }
    throw GivenUp(description: "records \(numbers) were never answered")
  }

  private func ask(_ port: UInt16, _ body: [UInt8]) -> [JSONValue]? {
    let client = Client(.tcp(host: "127.0.0.1", port: port), patience: .init(connectSeconds: 5, silentSeconds: 60))
    let call = Client.Call(
      .post, "/v1/records", query: [("dataset", "migration")], headers: ["Authorization": "Bearer \(token)"])
    guard let answer = try? client.send(call, upload: .bytes(body), limit: 1 << 20), answer.status == 200 else {
      return nil
    }
    return try? answer.body.split(separator: 0x0A).map { try JSONValue(parsing: Array($0)) }
  }

  /// Notes the answers; false when a record has none.
  private func take(_ lines: [JSONValue], _ numbers: Range<Int>) -> Bool {
    outcome.withLock { outcome in
      var count = 0
      for line in lines {
        guard let place = line["line"]?.number, let id = line["id"]?.string.flatMap({ try? RecordID($0) }) else {
          continue
        }
        let number = numbers.lowerBound + Int(place) - 1
        if let known = outcome.ids[number], known != id { outcome.contradictions.append(number) }
        outcome.ids[number] = id
        if line["result"]?.string == "accepted" { outcome.accepted += 1 } else { outcome.duplicates += 1 }
        count += 1
      }
      return count == numbers.count
    }
  }
}
