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

  /// Records that have at least to be answered between two meetings with one that `meet`s, and those that may be after what it waits for: when
  /// tests are slow to get their turn, all would be published before.
  static let (apart, lead) = (50, 60)

  private let outcome = Mutex(Outcome())
  private let isStopped = Atomic(false)
  private let token: String
  private let total: Int
  /// For how many answers each one waits that `meet`s.
  private let awaited: Mutex<[Int: Int]>
  private let port: @Sendable () -> UInt16?

  /// Publishes `total` records in all, while `meeting` others wait for what it has reached, numbered from 0. `port` tells where the API is now;
  /// nil while the node is away.
  init(token: String, total: Int, meeting: Int, port: @escaping @Sendable () -> UInt16?) {
    (self.token, self.total, self.port) = (token, total, port)
    awaited = Mutex(Dictionary(uniqueKeysWithValues: (0..<meeting).map { ($0, 0) }))
  }

  var now: Outcome { outcome.withLock { $0 } }
  var answered: Int { outcome.withLock { $0.ids.count } }

  /// Waits until so many records have their answer, and some more than when it met last, then so many milliseconds longer, and does something in
  /// the midst of what goes on. On a thread of its own: nothing but the publishers decides when that is.
  func meet(
    _ count: Int, as number: Int, after milliseconds: Int, _ work: @escaping @Sendable () throws -> Void
  ) async throws {
    try await onThread { [self] in
      let count = min(max(count, answered + Self.apart), total)
      awaited.withLock { $0[number] = count }
      try hold("a meeting at \(count) records") { answered >= count }
      Thread.sleep(forTimeInterval: Double(milliseconds) / 1000)
      try work()
    }
  }

  /// This one waits for nothing more.
  func leave(_ number: Int) { awaited.withLock { $0[number] = nil } }

  private func hold(_ what: String, until isThere: () -> Bool) throws {
    for _ in 0..<150_000 where !isStopped.load(ordering: .relaxed) {
      if isThere() { return }
      Thread.sleep(forTimeInterval: 0.002)
    }
    throw GivenUp(description: "\(what): stuck at \(answered)")
  }

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
      try hold("records from \(next)") {
        awaited.withLock { $0.values.min() }.map { answered < $0 + Self.lead } ?? true
      }
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
