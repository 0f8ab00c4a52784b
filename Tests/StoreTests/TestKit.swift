import Exchange
import Foundation
import Terms

@testable import Store

/// A folder that goes when the test ends.
final class Folder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/store-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of a file in it.
  func file(_ name: String) -> String { path + "/" + name }
}

/// Random numbers from a seed, so that a failure can be run again.
struct Dice: RandomNumberGenerator {
  var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return Filter.mixed(state)
  }

  mutating func roll(_ below: Int) -> Int { Int.random(in: 0..<below, using: &self) }
  mutating func chance(_ oneIn: Int) -> Bool { roll(oneIn) == 0 }
  mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) } }
}

func stream(_ text: String) throws -> StreamName { try StreamName(text) }

/// A chunk whose bytes tell where it belongs, with the tiles it completes; its bodies lie in three parts where that can be.
func append(_ stream: StreamName, first: UInt64, count: Int, bodies: Int = 40) -> Append {
  var dice = Dice(seed: first &+ UInt64(count))
  let tiles = (first + UInt64(count)) / Commit.leavesPerTile - first / Commit.leavesPerTile
  return Append(
    stream: stream,
    chunk: Chunk(first: first, count: count, entries: dice.bytes(8 + count * 5), bodies: dice.bytes(bodies)),
    tiles: (0..<tiles).map { tile in
      var root = Digest()
      root.withUnsafeMutableBytes { $0.storeBytes(of: first / Commit.leavesPerTile + tile, as: UInt64.self) }
      return root
    },
    seams: count > 2 && bodies > 2
      ? [.init(count: count / 3, offset: bodies / 3), .init(count: count - 1, offset: bodies / 2)] : [])
}

func entry(_ partition: Int32, _ key: UInt64, _ stream: StreamName, _ index: UInt64) -> IndexEntry {
  IndexEntry(partition: partition, key: BlindKey(bits: key), locator: Locator(stream: stream, index: index))
}

extension Store {
  func commit(_ change: (inout Commit) -> Void) throws(StoreError) {
    var commit = Commit()
    change(&commit)
    try self.commit(commit)
  }

  func locate(_ key: UInt64, _ partitions: ClosedRange<Int32>, limit: Int = 1_000) throws -> [Locator] {
    try locate(BlindKey(bits: key), partitions: partitions, limit: limit)
  }
}

extension Tuning {
  /// So small that a few commits fill the journal and make runs, merges and checkpoints.
  static let small = Tuning(
    freshLinesMax: 40, walFramesMax: 60, journalBytes: 32 << 10, journalledBytesMax: 8 << 10, applyDelay: 2, readers: 2)
}

/// Copies a store's files as a crash would leave them: nothing is written while they are copied.
func crashImage(of store: SQLiteStore, from path: String, to copy: String) throws {
  try store.engine.journal.withLock { _ in
    try store.engine.writer.withLock { _ in
      for end in ["", "-wal", "-lock", "-commits"] {
        try? FileManager.default.removeItem(atPath: copy + end)
        try FileManager.default.copyItem(atPath: path + end, toPath: copy + end)
      }
    }
  }
}

/// What `body` was refused with, nil when it was not.
func refusal(_ body: () throws -> Void) -> StoreError? {
  do {
    try body()
    return nil
  } catch {
    return error as? StoreError
  }
}

extension SQLiteStore {
  /// Reads everything.
  func verify() throws(StoreError) {
    if let first = problems().first { throw .damaged(first) }
  }
}

func isDamage(_ error: any Error) -> Bool {
  if case .damaged? = error as? StoreError { true } else { false }
}

func isFull(_ error: any Error) -> Bool {
  if case .full? = error as? StoreError { true } else { false }
}
