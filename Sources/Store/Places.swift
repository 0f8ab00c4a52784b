import Exchange
import Terms

/// State that is destroyed one day, in places of one length. `state` names the place. What takes the place of a value is written
/// over it: SQLite writes a row of the same length into the same bytes, and rows at the end of their table are never
/// moved, so that no page keeps a copy, as one that was split does.
enum Places {
  static let table = "CREATE TABLE places(number INTEGER PRIMARY KEY, data BLOB NOT NULL)"

  /// Bytes of a place: an epoch with its two sealed keys takes 170.
  private static let byteCount = 256
  private static let longest = byteCount - 10
  private static let prefix = Array(Commit.destructible.utf8)

  /// Whether the state of this name lies in a place.
  static func hold(_ key: [UInt8]) -> Bool { key.starts(with: prefix) }

  /// Puts a value into the place of its name, or clears that. Inside a transaction.
  /// - Returns: whether another value was overwritten.
  static func write(
    _ key: [UInt8], _ value: [UInt8]?, _ manifest: inout Manifest, _ database: Database
  ) throws(StoreError) -> Bool {
    let row = try database.statement("SELECT value, sum FROM state WHERE key = ?")
    row.bind(1, copying: key)
    defer { row.reset() }
    guard try row.step() else {
      if let value { try add(key, value, &manifest, database) }
      return false
    }
    let (reference, sum) = (row.bytes(0), row.integer(1))
    row.reset()
    guard sum == Sums.state(key: key, value: reference), let number = number(reference) else { throw damaged(key) }
    let over = try database.statement("UPDATE places SET data = ? WHERE number = ?")
    over.bind(2, number)
    try over.run(1, borrowing: try encoded(value ?? [], key, number))
    guard database.changes == 1 else { throw damaged(key) }
    guard value == nil else { return true }
    manifest.states.remove(UInt64(bitPattern: sum))
    let gone = try database.statement("DELETE FROM state WHERE key = ?")
    gone.bind(1, copying: key)
    try gone.run()
    return true
  }

  private static func add(
    _ key: [UInt8], _ value: [UInt8], _ manifest: inout Manifest, _ database: Database
  ) throws(StoreError) {
    let last = try database.number("SELECT coalesce(max(number), 0) FROM places")
    guard (0..<Int64.max).contains(last) else { throw damaged(key) }
    let number = last + 1
    let place = try database.statement("INSERT INTO places(number, data) VALUES(?, ?)")
    place.bind(1, number)
    try place.run(2, borrowing: try encoded(value, key, number))
    var reference = ByteWriter(capacity: 8)
    reference.uint64(UInt64(number))
    let sum = Sums.state(key: key, value: reference.bytes)
    let row = try database.statement("INSERT OR REPLACE INTO state(key, sum, value) VALUES(?, ?, ?)")
    row.bind(1, copying: key)
    row.bind(2, sum)
    try row.run(3, borrowing: reference.bytes)
    manifest.states.add(UInt64(bitPattern: sum))
  }

  /// The value in the place that `state` names.
  static func read(_ reference: [UInt8], of key: [UInt8], _ database: Database) throws(StoreError) -> [UInt8] {
    guard let number = number(reference) else { throw damaged(key) }
    let row = try database.statement("SELECT data FROM places WHERE number = ?")
    row.bind(1, number)
    defer { row.reset() }
    guard try row.step(), let value = value(row.bytes(0), key, number) else { throw damaged(key) }
    return value
  }

  /// Gives the states of layout 1 their places, which makes it layout 2.
  static func takeOver(_ database: Database) throws(StoreError) {
    var manifest = try Manifest(database)
    try database.transaction { () throws(StoreError) in
      try database.execute(table)
      var found: [(key: [UInt8], value: [UInt8], sum: Int64)] = []
      let rows = try database.statement("SELECT key, value, sum FROM state")
      while try rows.step() {
        guard hold(rows.bytes(0)) else { continue }
        found.append((rows.bytes(0), rows.bytes(1), rows.integer(2)))
      }
      rows.reset()
      for (key, value, sum) in found {
        guard sum == Sums.state(key: key, value: value) else { throw damaged(key) }
        manifest.states.remove(UInt64(bitPattern: sum))
        try add(key, value, &manifest, database)
      }
      try manifest.write(database)
      try database.execute("PRAGMA user_version=2")
    }
  }

  // MARK: The bytes of a place: length, value, zeros, sum

  private static func encoded(_ value: [UInt8], _ key: [UInt8], _ number: Int64) throws(StoreError) -> [UInt8] {
    guard value.count <= longest else { throw .failed("state of \(value.count) bytes does not fit into its place") }
    var out = ByteWriter(capacity: byteCount)
    out.vector16(value)
    out.raw([UInt8](repeating: 0, count: longest - value.count))
    var sum = Checksum(UInt64(bitPattern: number), 0x71AC)
    sum.add(key)
    sum.add(out.bytes)
    out.uint64(sum.value)
    return out.bytes
  }

  private static func value(_ bytes: [UInt8], _ key: [UInt8], _ number: Int64) -> [UInt8]? {
    var reader = ByteReader(bytes)
    guard bytes.count == byteCount, let value = try? reader.vector16("value"), value.count <= longest,
      let whole = try? encoded(Array(value), key, number), whole == bytes
    else { return nil }
    return Array(value)
  }

  private static func number(_ reference: [UInt8]) -> Int64? {
    var reader = ByteReader(reference)
    guard reference.count == 8, let number = try? reader.uint64("place") else { return nil }
    return Int64(exactly: number)
  }

  private static func damaged(_ key: [UInt8]) -> StoreError {
    .damaged("state \(String(decoding: key, as: UTF8.self))")
  }
}
