import Exchange
import Foundation
import Terms
import Testing

@testable import Store

/// The blind index as it grows through runs and merges, and what readers see meanwhile.
@Suite struct IndexTests {
  let folder: Folder
  let path: String
  let name: StreamName

  init() throws {
    folder = try Folder()
    path = folder.file("store.db")
    name = try stream("SV/GT/migration")
  }

  @Test func linesAreFoundThroughManyLevelsOfMerges() throws {
    var tuning = Tuning.small
    tuning.freshLinesMax = 150
    var store = try SQLiteStore(path: path, tuning: tuning)
    let count: UInt64 = 24_000
    for start in stride(from: UInt64(0), to: count, by: 160) {
      try store.commit { commit in
        commit.index = (start..<start + 160).map { entry(Int32($0 / 16_000), Filter.mixed($0 / 2), name, $0) }
      }
      store.maintenance.settle()
    }
    store.maintenance.settle()
    let runs = store.engine.view.withLock { Array($0.partitions.values.joined()) }
    #expect(runs.contains { $0.level >= 2 } && runs.count < 40, "\(runs.map(\.level))")
    try store.verify()
    for _ in 0..<2 {
      for record in stride(from: UInt64(0), to: count, by: 2) {
        let found = try store.locate(Filter.mixed(record / 2), 0...9).map(\.index)
        #expect(found == [record + 1, record])
      }
      for missing in (count..<count + 5_000) { #expect(try store.locate(Filter.mixed(missing), 0...9).isEmpty) }
      store.close()
      store = try SQLiteStore(path: path, tuning: tuning)
    }
  }

  @Test func oneKeyMayFillManyPages() throws {
    let store = try SQLiteStore(path: path, tuning: .small)
    try store.commit { commit in commit.index = (0..<9_000).map { entry(1, 5, name, $0) } }
    try store.commit { commit in commit.index = (0..<90).map { entry(1, [4, 6][Int($0 % 2)], name, $0) } }
    store.maintenance.settle()
    #expect(try store.locate(5, 1...1, limit: 99_999).map(\.index) == (0..<9_000).reversed())
    #expect(try store.locate(5, 1...1, limit: 3).map(\.index) == [8_999, 8_998, 8_997])
    #expect(try store.locate(4, 1...1).count == 45)
  }

  @Test func aFilterAdmitsWhatIsThereAndLittleElse() {
    for (bits, most) in [(10, 0.02), (8, 0.04), (6, 0.09)] {
      var filter = Filter(count: 50_000, bitsPerKey: bits)
      filter.add((0..<50_000).map { IndexItem(key: $0, stream: 1, index: 1) }[...])
      #expect((0..<UInt64(50_000)).allSatisfy { filter.admits($0) })
      let wrong = (50_000..<UInt64(150_000)).filter { filter.admits($0) }.count
      #expect(Double(wrong) / 100_000 < most, "\(bits) bits")
    }
  }

  @Test func damagedPagesNeverTrap() throws {
    var dice = Dice(seed: 8)
    var packer = RunPage.Packer()
    let lines = (0..<200).map { IndexItem(key: UInt64($0) << 40, stream: 3, index: UInt64($0) << 7) }
    #expect(packer.add(lines[...]) == lines.count)
    let page = packer.finish(run: 4, page: 2)
    for _ in 0..<20_000 {
      var bytes = Array(page.prefix(dice.chance(3) ? dice.roll(page.count + 1) : page.count))
      if !bytes.isEmpty { bytes[dice.roll(bytes.count)] ^= 1 << UInt8(dice.roll(8)) }
      // With a right sum, so that the reading behind it is tried as well.
      if bytes.count >= 8, dice.chance(2) { bytes.store(RunPage.sum(of: bytes, 4, 2), at: 0) }
      _ = bytes.withUnsafeBytes { RunPage.read($0, run: 4, page: 2) { _ in true } }
      _ = FreshRow(bytes, sequence: 1)
      _ = Run(bytes, number: 4)
    }
  }

  @Test func readersSeeWholeCommitsOnly() throws {
    var tuning = Tuning.small
    tuning.walFramesMax = 200
    let store = try SQLiteStore(path: path, tuning: tuning)
    let name = name
    let last: UInt64 = 800
    let done = DispatchGroup()
    func start(_ body: @escaping @Sendable () throws -> Void) {
      done.enter()
      Thread.detachNewThread {
        #expect(throws: Never.self) { try body() }
        done.leave()
      }
    }
    for reader in 0..<3 {
      start {
        var (reads, number) = (0, UInt64(0))
        var dice = Dice(seed: UInt64(reader))
        while number < last {
          guard let value = try store.state("n"), let now = UInt64(String(decoding: value, as: UTF8.self)) else {
            continue
          }
          number = now
          let both = try store.states(prefix: "").map(\.value)
          #expect(both.first == both.last)
          let any = dice.chance(2) ? number : UInt64(dice.roll(Int(number) + 1))
          #expect(try store.chunk(of: name, containing: any) != nil, "chunk \(any) of \(number)")
          #expect(try store.locate(Filter.mixed(any * 4 + 3), 1...1).map(\.index) == [any])
          reads += 1
        }
        #expect(reads > 10)
      }
    }
    start {
      for number in 0...last {
        try store.commit { commit in
          commit.appends = [append(name, first: number, count: 1)]
          commit.states = [("n", Array("\(number)".utf8)), ("m", Array("\(number)".utf8))]
          commit.index = (0..<4).map { entry(1, Filter.mixed(number &* 4 &+ $0), name, number) }
        }
      }
    }
    done.wait()
    try store.verify()
  }
}
