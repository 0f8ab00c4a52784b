import Exchange
import Foundation
import Terms
import Testing

@testable import Store

/// Random commits, reads and reopenings: both stores say the same.
@Suite struct ModelTests {
  @Test(arguments: 1...12) func bothStoresAgree(seed: UInt64) throws {
    let folder = try Folder()
    let path = folder.file("store.db")
    var dice = Dice(seed: seed)
    var actor = try Actor(dice: dice)
    actor.destroysKeys = true
    var tuning = Tuning.small
    tuning.freshLinesMax = [1, 10, 100, 1_000][Int(seed) % 4]
    let model = MemoryStore()
    var store = try SQLiteStore(path: path, tuning: tuning)
    for step in 0..<250 {
      let commit = actor.commit(model)
      #expect(Self.outcome(store, commit) == Self.outcome(model, commit), "seed \(seed) step \(step)")
      if dice.chance(10) { store.maintenance.settle() }
      if dice.chance(25) {
        store.close()
        store = try SQLiteStore(path: path, tuning: tuning)
      }
      if dice.chance(3) { try actor.compare(store, model, "seed \(seed) step \(step)") }
    }
    store.maintenance.settle()
    try store.verify()
    for _ in 0..<30 { try actor.compare(store, model, "seed \(seed) end") }
  }

  static func outcome(_ store: any Store, _ commit: Commit) -> StoreError? {
    do {
      try store.commit(commit)
      return nil
    } catch {
      return error
    }
  }

  /// Makes up commits and questions.
  struct Actor {
    var dice: Dice
    let streams: [StreamName]
    var keys = 60
    /// Whether keys are overwritten, after which the log is emptied.
    var destroysKeys = false

    init(dice: Dice) throws {
      self.dice = dice
      streams = [try StreamName("SV/SV/migration"), try StreamName("SV/GT/migration"), try StreamName("GT/SV/cargo")]
    }

    mutating func commit(_ model: MemoryStore) -> Commit {
      var commit = Commit()
      let snapshot = model.snapshot()
      for _ in 0..<dice.roll(3) {
        let stream = streams[dice.roll(streams.count)]
        let pending = commit.appends.filter { $0.stream == stream }.map(\.chunk.count).reduce(0, +)
        let end = (snapshot.streams[stream]?.end.size ?? 0) + UInt64(pending)
        let first = dice.chance(40) ? end &+ 1 : end
        commit.appends.append(append(stream, first: first, count: 1 + dice.roll(200), bodies: dice.roll(3) * 3_000))
      }
      for _ in 0..<dice.roll(4) {
        let name = destroysKeys && dice.chance(3) ? "epoch/\(dice.roll(9))" : "k/\(dice.roll(30))"
        commit.states.append((name, dice.chance(4) ? nil : dice.bytes(dice.roll(50))))
      }
      for _ in 0..<(dice.chance(8) ? dice.roll(2_000) : dice.roll(12)) {
        let key = dice.chance(10) ? 7 : UInt64(dice.roll(keys)) &* 0x1234_5678_9ABC_DEF1
        commit.index.append(
          entry(Int32(dice.roll(5) - 1), key, streams[dice.roll(3)], dice.next() >> UInt64(dice.roll(64))))
      }
      if dice.chance(15) {
        let stream = streams[dice.roll(3)]
        commit.erasures.append((stream, UInt64(dice.roll(Int(snapshot.streams[stream]?.end.size ?? 0) + 50))))
      }
      if dice.chance(12) { commit.sweptPartitions = [Int32(dice.roll(6) - 1)] }
      if dice.chance(20) { commit.droppedPartitions = [Int32(dice.roll(6) - 1)] }
      return commit
    }

    mutating func compare(_ store: any Store, _ model: any Store, _ place: String) throws {
      let stream = streams[dice.roll(3)]
      let index = UInt64(dice.roll(4_000))
      #expect(try store.chunk(of: stream, containing: index) == model.chunk(of: stream, containing: index), "\(place)")
      let (from, limit) = (UInt64(dice.roll(10)), dice.roll(12))
      #expect(
        try store.tiles(of: stream, from: from, limit: limit) == model.tiles(of: stream, from: from, limit: limit),
        "\(place)")
      let prefix = ["", "k/", "k/1", "z", "epoch/"][dice.roll(5)]
      let (ours, theirs) = (try store.states(prefix: prefix), try model.states(prefix: prefix))
      #expect(ours.map(\.key) == theirs.map(\.key) && ours.map(\.value) == theirs.map(\.value), "\(place)")
      for _ in 0..<8 {
        let key = dice.chance(4) ? 7 : UInt64(dice.roll(keys + 5)) &* 0x1234_5678_9ABC_DEF1
        let low = Int32(dice.roll(6) - 2)
        let range = low...(low + Int32(dice.roll(6)))
        let limit = dice.chance(2) ? 10_000 : dice.roll(20)
        #expect(
          try store.locate(key, range, limit: limit) == model.locate(key, range, limit: limit), "\(place) key \(key)")
      }
    }
  }
}
