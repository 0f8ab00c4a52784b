import Exchange
import Foundation
import Store
import Terms

/// Measures the store beside raw SQLite in one run: `StoreBench [records] [directory]`. Or puts so many records into a store and waits
/// until nothing is left to do behind the commits, for a program that counts instructions: `StoreBench --fill [records] [directory]`.
enum StoreBench {
  private static let batches = [1, 100, 1_000, 10_000]
  private static let rounds = 3
  private static let secondsPerRound = 1.0
  private static let recordsPerChunk = 128

  /// What makes the figures worthless.
  struct Failure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
  }

  static func main() {
    do {
      try run()
    } catch {
      print("failed: \(error)")
      exit(1)
    }
  }

  private static func run() throws {
    var arguments = CommandLine.arguments.dropFirst()
    let onlyFills = arguments.first == "--fill"
    if onlyFills { arguments = arguments.dropFirst() }
    let records = UInt64(arguments.first ?? "2000000") ?? 2_000_000
    let base = arguments.dropFirst().first ?? FileManager.default.temporaryDirectory.path
    let directory = "\(base)/store-bench-\(getpid())"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }

    if onlyFills { return try fill(directory + "/store.db", records) }
    let syncs = try RawSync.times(directory: directory, rounds: 2_000).sorted()
    let (half, most) = (milliseconds(syncs[syncs.count / 2]), milliseconds(syncs[syncs.count * 99 / 100]))
    print("one write of 1,500 bytes and its sync: p50 \(half) ms, p99 \(most) ms")

    let path = directory + "/store.db"
    var store = try SQLiteStore(path: path)
    var load = Load(stream: try StreamName("SV/GT/migration"))
    print(
      "\n| records inside | batch | raw SQLite records/s | store records/s | ratio | store commit p50 / p99 / max ms |")
    print("|--:|--:|--:|--:|--:|--:|")
    for size in Set([100_000, min(2_000_000, records), records]).sorted() {
      if size > load.next + 100_000 {
        let started = now()
        let from = load.next
        while load.next < size { try store.commit(load.commit(1_000)) }
        let took = now() - started
        print("filled \(from) to \(size) at \(Int(Double(size - from) / took)) records/s; \(figures(store))")
      } else {
        while load.next < size { try store.commit(load.commit(1_000)) }
      }
      for batch in batches { try compare(batch, store, &load, directory) }
    }

    try lookups(store, load)
    let figures = try store.figures()
    let bytes = (figures["database_bytes"] ?? 0) + (figures["wal_bytes"] ?? 0)
    print("\n\(load.next) records, \(bytes / Int64(load.next)) bytes a record on disk, \(Self.figures(store))")
    print("resident: \(resident()) MiB; before closing")
    store.close()
    let started = now()
    store = try SQLiteStore(path: path)
    print("start: \(milliseconds(now() - started)) ms; resident: \(resident()) MiB")
    let closed = try store.figures()
    print("database after closing: \((closed["database_bytes"] ?? 0) / Int64(load.next)) bytes a record")
    try lookups(store, load)
    store.close()
  }

  /// The same work each time, whatever the machine does besides: commits of a chunk each, as of a neighbour that catches up.
  private static func fill(_ path: String, _ records: UInt64) throws {
    let store = try SQLiteStore(path: path)
    var load = Load(stream: try StreamName("SV/GT/migration"))
    while load.next < records { try store.commit(load.commit(recordsPerChunk)) }
    var figures: [String: Int64] = [:]
    var hasChanged = true
    while hasChanged {
      sleep(2)
      let now = try store.figures()
      (hasChanged, figures) = (now != figures, now)
    }
    print(Self.figures(store))
    store.close()
  }

  private static func compare(_ batch: Int, _ store: SQLiteStore, _ load: inout Load, _ directory: String) throws {
    let path = directory + "/raw.db"
    var raw: [Double] = []
    var ours: [Double] = []
    var times: [Double] = []
    do {
      let plain = try RawSQLite(path: path)
      for _ in 0..<100 { try plain.commit(1_000) }
      for _ in 0..<rounds {
        raw.append(try Double(batch) * rate { _ in try plain.commit(batch) })
        ours.append(
          try Double(batch)
            * rate { times in
              let commit = load.commit(batch)
              let started = now()
              try store.commit(commit)
              times.append(now() - started)
            } onTimes: {
              times += $0
            })
      }
    }
    for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + end) }
    let (plain, mine) = (raw.sorted()[rounds / 2], ours.sorted()[rounds / 2])
    times.sort()
    let latency = [times[times.count / 2], times[times.count * 99 / 100], times.last ?? 0].map(milliseconds)
    print(
      "| \(load.next) | \(batch) | \(Int(plain)) | \(Int(mine)) | \(String(format: "%.2f", mine / plain)) | "
        + latency.joined(separator: " / ") + " |")
    fflush(nil)
  }

  /// How often a second `body` can be done. Where it notes times itself, only these count.
  private static func rate(
    _ body: (inout [Double]) throws -> Void, onTimes: ([Double]) -> Void = { _ in }
  ) rethrows -> Double {
    var times: [Double] = []
    var count = 0
    let started = now()
    while now() - started < secondsPerRound {
      try body(&times)
      count += 1
    }
    let took = times.isEmpty ? now() - started : times.reduce(0, +)
    onTimes(times)
    return Double(count) / took
  }

  private static func lookups(_ store: SQLiteStore, _ load: Load) throws {
    let last = Load.month(load.next)
    let months = Load.firstMonth...last
    for (name, partitions, line) in [("reference", Int32(0)...0, UInt64(0)), ("all months", months, 1)] {
      for hit in [true, false] {
        var times: [Double] = []
        for attempt in 0..<20_000 {
          let record = Load.key(UInt64(attempt), 77) % load.next
          let key = Load.key(hit ? record : record + (1 << 40), line)
          let started = now()
          let found = try store.locate(BlindKey(bits: key), partitions: partitions, limit: 100)
          times.append(now() - started)
          guard found.isEmpty != hit else {
            throw Failure("lookup of record \(record) found \(found)")
          }
        }
        times.sort()
        print(
          "locate \(name), \(hit ? "hit" : "miss"): p50 \(String(format: "%.1f", times[10_000] * 1e6)) us, "
            + "p99 \(String(format: "%.1f", times[19_800] * 1e6)) us")
      }
    }
    var times: [Double] = []
    for attempt in 0..<20_000 {
      let record = Load.key(UInt64(attempt), 78) % load.next
      let started = now()
      guard try store.chunk(of: load.stream, containing: record) != nil else { throw Failure("no chunk of \(record)") }
      times.append(now() - started)
    }
    times.sort()
    print(
      "chunk: p50 \(String(format: "%.1f", times[10_000] * 1e6)) us, p99 \(String(format: "%.1f", times[19_800] * 1e6)) us"
    )
  }

  static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  private static func milliseconds(_ seconds: Double) -> String { String(format: "%.2f", seconds * 1_000) }

  private static func figures(_ store: SQLiteStore) -> String {
    ((try? store.figures()) ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
  }

  private static func resident() -> Int {
    let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("VmRSS") } ?? ""
    return (Int(line.filter(\.isNumber)) ?? 0) / 1_024
  }
}
