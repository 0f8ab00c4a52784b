import Catalog
import Ceremony
import Exchange
import Foundation
import Ledger
import Sodium
import Terms
import Testing

@testable import Node
@testable import Store

/// Flipped bits in the store of a home with two countries' data: reported, or without effect; never a wrong answer.
@Suite(.serialized) struct TamperTests {
  /// Files of a store as they lie on the disk, and what the node on them answers.
  private struct Sample {
    let documents: HomeDocuments
    let registry: Registry
    let keys: Keyring
    var files: [(ending: String, bytes: [UInt8])]
    var right = Answers()
  }

  /// The home of each country, closed in order and left by a crash.
  private static func samples(_ pair: NodePair) throws -> [Sample] {
    let (sv, _) = try pair.start()
    let name = try StreamName("SV/GT/migration")
    _ = try NodePair.publish(0..<16, at: sv)
    #expect(try NodePair.eventually { try sv.engine.reader.state(of: name).receipt?.checkpoint.size == 17 })
    pair.stop()
    // The index of half the records as runs, of the other half as rows that are not in a run yet.
    for home in [pair.svHome, pair.gtHome] {
      var tuning = Tuning()
      tuning.freshLinesMax = 10
      let store = try SQLiteStore(path: "\(home.storeFolder)/istmo.db", tuning: tuning)
      var commit = Commit()
      commit.states = [("x", nil)]
      try store.commit(commit)
      store.maintenance.settle()
      #expect(!store.engine.view.withLock { $0.partitions.isEmpty })
      store.close()
    }
    let again = try pair.start()
    #expect(NodePair.eventually { again.gt.status().links.values.contains { $0.hasPrefix("up") } })
    let later = try NodePair.publish(16..<24, at: again.sv)
    guard case .accepted(let id) = later.first else { throw StoreError.failed("\(later)") }
    _ = try again.sv.engine.publish([
      again.sv.registry.draft(
        Array("{\"withdraws\":\"\(id)\",\"reason\":\"error\"}".utf8),
        of: #require(again.sv.registry.definition(name.dataset)), from: again.sv.country, now: SystemClock().now())
    ])
    #expect(try NodePair.eventually { try again.sv.engine.reader.state(of: name).receipt?.checkpoint.size == 26 })
    // Two entries without a receipt: they are what a bundle would carry.
    again.gt.stop()
    _ = try NodePair.publish(24..<26, at: again.sv)
    var samples: [Sample] = []
    for (home, node) in [(pair.svHome, again.sv), (pair.gtHome, again.gt)] {
      let path = "\(home.storeFolder)/istmo.db"
      func sample(_ endings: [String]) throws -> Sample {
        try Sample(
          documents: HomeDocuments(home), registry: node.registry, keys: node.keys,
          files: try endings.map { ending in
            let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path + ending)))
            // Of the journal what was written so far.
            return (ending, ending == "-commits" ? Array(bytes.prefix((bytes.lastIndex { $0 != 0 } ?? -1) + 1)) : bytes)
          })
      }
      if home == pair.svHome {
        var crashed: Sample?
        try node.store.engine.journal.withLock { (_) throws(StoreError) in
          try node.store.engine.write { (_, _) throws(StoreError) in
            do { crashed = try sample(["", "-wal", "-lock", "-commits"]) } catch { throw .failed("\(error)") }
          }
        }
        samples += [try #require(crashed)]
        node.stop()
      }
      samples.append(try sample(["", "-lock"]))
    }
    return samples
  }

  /// What a node says, each answer as text or as the error it was refused with.
  private struct Answers: Equatable {
    var given: [String: String] = [:]
    var refused: [String: String] = [:]

    mutating func ask(_ question: String, _ answer: () throws -> String) {
      do { given[question] = try answer() } catch { refused[question] = "\(error)" }
    }
  }

  private static func ask(_ node: Installation, _ roots: [NoteKey]) throws -> Answers {
    var answers = Answers()
    let dataset = try DatasetName("migration")
    let other = try CountryCode(node.country.description == "SV" ? "GT" : "SV")
    answers.ask("status") {
      let status = node.status()
      guard status.problems.isEmpty else { throw StoreError.failed("\(status.problems)") }
      return status.streams.filter { $0.stream.dataset == dataset }
        .map { "\($0.stream) \($0.size) \($0.receiptSize) \($0.asOf ?? 0) \($0.halted) \($0.problem)" }.joined()
    }
    answers.ask("bundle") {
      try node.bundle(to: other).messages.map { message in
        if case .batch(let batch) = message { "\(batch.first) \(batch.entries) \(batch.bodies)" } else { "-" }
      }.joined()
    }
    answers.ask("lookups") { try node.lookupLog(by: nil, about: nil, limit: 9).map(\.json).joined() }
    func query(_ conditions: [(field: String, value: String)], history: Bool = false) throws -> LookupAnswer {
      var request = LookupRequest(
        dataset: dataset, by: Asker(officer: "officer-1", role: "migration-officer", purpose: "Control migratorio"))
      (request.conditions, request.history) = (conditions, history)
      return try node.lookups.answer(request)
    }
    func text(_ answer: LookupAnswer) -> String {
      answer.records.map {
        "\($0.record.locator) \($0.record.entry) \($0.changedBy?.description ?? "") \(String(decoding: $0.record.body, as: UTF8.self))"
      }.joined(separator: "\n") + answer.sources.map { "\($0.stream) \($0.size ?? 0)" }.joined() + "\(answer.withheld)"
    }
    var ids: [RecordID] = []
    answers.ask("all") {
      let all = try query([], history: true)
      ids = all.records.map(\.record.entry.id)
      return text(all)
    }
    for number in [0, 16, 99] {
      answers.ask("document \(number)") { text(try query([("document", "SV/A\(10_000_000 + number)")])) }
    }
    for position in [0, 5, 20] where position < ids.count {
      for recipient in [nil, other] where recipient == nil || node.country.description == "SV" {
        answers.ask("evidence \(position) \(recipient?.description ?? "")") {
          let check = EvidenceCheck(try node.evidenceMaker.evidence(for: ids[position], to: recipient), trusted: roots)
          return "\(check.holds) \(check.id?.description ?? "") \(String(decoding: check.body, as: UTF8.self))"
        }
      }
    }
    if node.country.description == "SV" {
      answers.ask("publish again") {
        "\(try NodePair.publish(3..<4, at: node)) \(try NodePair.publish(20..<21, at: node))"
      }
    }
    return answers
  }

  private func open(_ sample: Sample, _ path: String) throws -> Installation {
    for ending in ["", "-wal", "-shm", "-lock", "-commits"] {
      try? FileManager.default.removeItem(atPath: path + ending)
    }
    for (ending, bytes) in sample.files { try Data(bytes).write(to: URL(fileURLWithPath: path + ending)) }
    return try Installation(
      documents: sample.documents, registry: sample.registry, keys: sample.keys, storePath: path,
      tokens: TokenBook([]), log: { _, _, _ in })
  }

  @Test(.timeLimit(.minutes(15))) func aFlippedBitIsReportedOrHarmless() throws {
    let pair = try NodePair()
    let roots = [pair.svHome.root, pair.gtHome.root]
    var samples = try Self.samples(pair)
    let path = "\(pair.scratch.folder)/image.db"
    for position in samples.indices {
      let node = try open(samples[position], path)
      samples[position].right = try Self.ask(node, roots)
      // Without a receipt, as the newest are at the origin, no evidence is made; it must say so every time.
      let refused = samples[position].right.refused
      #expect(refused.keys.allSatisfy { $0 == "evidence 0 GT" }, "\(refused)")
      #expect(refused.values.allSatisfy { $0.hasPrefix("GT has given no receipt") }, "\(refused)")
      #expect(samples[position].right.given["document 0"]?.contains("A10000000") == true)
      #expect(samples[position].right.given["evidence 20 "]?.hasPrefix("true") == true)
      #expect(node.verify { _ in }.problems == [])
      node.stop()
    }
    let random = SeededEntropy(seed: 2026)
    var (harmless, closed, reported) = (0, 0, 0)
    for round in 0..<1000 {
      var sample = samples[round % samples.count]
      var place = Int(random.uint64() % UInt64(sample.files.reduce(0) { $0 + $1.bytes.count }))
      var file = 0
      while place >= sample.files[file].bytes.count {
        place -= sample.files[file].bytes.count
        file += 1
      }
      let bit = UInt8(random.uint64() % 8)
      sample.files[file].bytes[place] ^= 1 << bit
      let name = "round \(round): bit \(bit) of byte \(place) of istmo.db\(sample.files[file].ending)"
      let node: Installation
      do { node = try open(sample, path) } catch {
        closed += 1
        continue
      }
      let problems = node.verify { _ in }.problems
      let answers = try Self.ask(node, roots)
      node.stop()
      for (question, answer) in answers.given {
        #expect(answer == sample.right.given[question], "\(name): \(question)")
      }
      let refused = answers.refused.filter { sample.right.refused[$0.key] != $0.value }
      if !refused.isEmpty {
        #expect(!problems.isEmpty, "\(name): verify misses it: \(refused)")
      }
      if problems.isEmpty { harmless += 1 } else { reported += 1 }
    }
    print("bits flipped in homes: \(closed) refused at start, \(reported) reported by verify, \(harmless) harmless")
    // How many depends on where rows happen to lie; that there are some shows that verify was asked of damaged homes.
    #expect(reported > 30)
  }
}
