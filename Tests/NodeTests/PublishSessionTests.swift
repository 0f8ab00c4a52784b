import Catalog
import Dispatch
import Exchange
import Foundation
import Synchronization
import Terms
import Testing

@testable import Node

/// Uploads as a server hands them over: in pieces, with pauses, of any length.
@Suite(.serialized) struct PublishSessionTests {
  /// A node and one upload after the other.
  private struct Desk {
    let pair: NodePair
    let node: Installation

    init() throws {
      pair = try NodePair()
      node = try pair.start().sv
    }

    /// Publishes what `next` gives; a pause is waited for. Gives the summary with its results still unread.
    func upload(
      shortage: @escaping @Sendable () -> StoreError? = { nil }, _ next: () -> [UInt8]?
    ) throws -> (summary: PublishSession.Summary, pauses: Int) {
      let (resumed, ended) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
      let summary = Mutex<PublishSession.Summary?>(nil)
      let session = PublishSession(
        try #require(node.registry.definition(DatasetName("migration"))), registry: node.registry,
        country: node.country, engine: node.engine,
        room: SpoolRoom(folder: pair.svHome.storeFolder, shortage: shortage), clock: SystemClock(),
        gates: PublishGates(node.lookups),
        resume: { resumed.signal() },
        done: {
          summary.withLock { [value = $0] in $0 = value }
          ended.signal()
        })
      var pauses = 0
      while let piece = next() {
        if !piece.withUnsafeBytes({ session.receive($0) }) {
          pauses += 1
          resumed.wait()
        }
      }
      session.finish()
      ended.wait()
      return (try #require(summary.withLock { $0 }), pauses)
    }

    /// Publishes bytes in pieces of this size, and reads the results.
    func publish(_ bytes: [UInt8], piece: Int = 32_768) throws -> (lines: [JSONValue], summary: JSONValue) {
      var rest = bytes[...]
      let (summary, _) = try upload {
        defer { rest = rest.dropFirst(piece) }
        return rest.isEmpty ? nil : Array(rest.prefix(piece))
      }
      return try Self.read(summary)
    }

    static func read(_ summary: PublishSession.Summary) throws -> (lines: [JSONValue], summary: JSONValue) {
      let expected = summary.results.byteCount
      var bytes: [UInt8] = []
      while let piece = try summary.results.next() { bytes += piece }
      #expect(UInt64(bytes.count) == expected)
      var lines = try bytes.split(separator: 0x0A).map { try JSONValue(parsing: Array($0)) }
      let last = try #require(lines.popLast()?["summary"])
      return (lines, last)
    }
  }

  private static func numbers(_ lines: [JSONValue]) -> [Int64] {
    lines.map { if case .number(let number) = $0["line"] { number } else { -1 } }
  }

  @Test func aLineOfAnyLengthIsRefusedOnce() throws {
    let desk = try Desk()
    let blank = [UInt8](repeating: 0x20, count: 64 << 10)
    var left = 256  // 16 MiB without a newline
    let (summary, _) = try desk.upload {
      left -= 1
      return left >= 0 ? blank : left == -1 ? [0x0A] + NodePair.departure(1) + [0x0A] : nil
    }
    let (lines, _) = try Desk.read(summary)
    #expect(lines.map { $0["result"]?.string } == ["refused", "accepted"])
    #expect(lines[0]["problem"]?.string == "longer than 64 KiB")
    #expect(Self.numbers(lines) == [1, 2])
    #expect((summary.accepted, summary.refused) == (1, 1))
  }

  @Test(arguments: [1, 7, 4_096, 1 << 20]) func linesKeepTheirNumbersWhereverAPieceEnds(piece: Int) throws {
    let desk = try Desk()
    let long = [UInt8](repeating: 0x78, count: 70_000)
    let bytes =
      Array("\n  \t\r\n".utf8) + NodePair.departure(1) + Array("\r\n\n{}\n".utf8) + long + [0x0A]
      + NodePair.departure(1)
      + [0x0A, 0x0A] + NodePair.departure(2)
    let (lines, summary) = try desk.publish(bytes, piece: piece)
    #expect(Self.numbers(lines) == [3, 5, 6, 7, 9])
    #expect(lines.map { $0["result"]?.string } == ["accepted", "refused", "refused", "duplicate", "accepted"])
    #expect(lines[0]["id"] == lines[3]["id"])
    #expect(summary["accepted"] == .number(2) && summary["refused"] == .number(2))
    #expect(try desk.publish([]).lines.isEmpty)
    #expect(try desk.publish(long + [0x0A]).lines.count == 1)
  }

  @Test func whileTwoBatchesWaitNoMoreIsTaken() throws {
    let desk = try Desk()
    var number = 0
    let (summary, pauses) = try desk.upload {
      guard number < 3_000 else { return nil }
      number += 100
      return (number - 100..<number).flatMap { NodePair.departure($0) + [0x0A] }
    }
    #expect(pauses > 0)
    #expect(summary.accepted == 3_000)
    #expect(try Self.numbers(Desk.read(summary).lines) == Array(1...3_000))
  }

  /// Refusals are known at once, acceptances after the disk: the answer has them in the order of the lines.
  @Test func resultsAreInTheOrderOfTheLines() throws {
    let desk = try Desk()
    for count in [1, 3, 511, 512, 1_500] {
      let lines = (0..<count).flatMap { number -> [UInt8] in
        (number % 3 == 0 ? NodePair.departure(number) : Array("{}".utf8)) + [0x0A]
      }
      #expect(try Self.numbers(desk.publish(lines).lines) == (1...Int64(count)).map { $0 })
    }
    // Nothing is under way at the end.
    let full = (0..<512).flatMap { number -> [UInt8] in NodePair.departure(number) + [0x0A] }
    #expect(try Self.numbers(desk.publish(full + Array("{}\n{}\n".utf8)).lines) == Array(1...514))
  }

  /// Refusals may quote what is personal: what lies on the disk is sealed and has no name.
  @Test func manyResultsWaitSealedOnTheDisk() throws {
    let desk = try Desk()
    var number = 0
    let (summary, _) = try desk.upload {
      guard number < 6_000 else { return nil }
      number += 1_000
      return (number - 1_000..<number).flatMap { Array("{\"Xiomaramarcada\($0)\":1}\n".utf8) }
    }
    #expect(summary.results.isOnDisk)
    let names = try FileManager.default.contentsOfDirectory(atPath: desk.pair.svHome.storeFolder)
    #expect(!names.contains { $0.contains("results") })
    let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").filter {
      let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")
      return target?.contains("\(desk.pair.svHome.storeFolder)/.writing-results-") == true
    }
    #expect(open.count == 1)
    for descriptor in open {
      let stored = try Data(contentsOf: URL(filePath: "/proc/self/fd/\(descriptor)"))
      #expect(stored.count > ResultSpool.pieceBytes)
      #expect(stored.range(of: Data("marcada".utf8)) == nil && stored.range(of: Data("refused".utf8)) == nil)
    }
    let (lines, last) = try Desk.read(summary)
    #expect(Self.numbers(lines) == Array(1...6_000))
    #expect(lines.last?["field"]?.string == "Xiomaramarcada5999")
    #expect(last["refused"] == .number(6_000) && last["not_taken_from"] == nil)
  }

  @Test func whereResultsHaveNoRoomTheRestIsNotTakenAndTheAnswerSaysFromWhere() throws {
    let desk = try Desk()
    var number = 0
    let (summary, _) = try desk.upload(shortage: { .full("test") }) {
      guard number < 6_000 else { return nil }
      number += 500
      return (number - 500..<number).flatMap { _ in Array("{}\n".utf8) }
    }
    let (lines, last) = try Desk.read(summary)
    #expect(summary.failure == .full("test"))
    #expect(last["not_taken_from"] == .number(Int64(lines.count + 1)))
    #expect(Self.numbers(lines) == (1...Int64(lines.count)).map { $0 })
    // Little more than what is kept in memory anyway.
    #expect(lines.count < 5_000, "\(lines.count)")
    #expect(last["remedy"]?.string == "send line \(lines.count + 1) and all after it again, in another request")
  }
}
