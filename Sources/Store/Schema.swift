import Exchange

/// The tables, and the check that this program knows them.
enum Schema {
  /// Raised when older programs must not write the file any more.
  static let version: Int64 = 5
  /// `ISTM`, so that `file` and a person can tell what the file is.
  static let applicationID: Int64 = 0x4953_544D

  /// Makes the tables in an empty file, or checks that they are of this version.
  static func prepare(_ database: Database, path: String) throws(StoreError) {
    let found = try database.number("PRAGMA user_version")
    guard found <= version else {
      throw .failed("\(path) was written by a newer program (layout \(found), this one knows \(version)); update istmo")
    }
    let application = try database.number("PRAGMA application_id")
    if found > 0 {
      guard application == applicationID else { throw .damaged("\(path) is no store of istmo") }
      if found == 1 { try Places.takeOver(database) }
      return
    }
    guard found == 0, application == 0, try database.number("SELECT count(*) FROM sqlite_schema") == 0 else {
      throw .damaged("\(path) is no store of istmo")
    }
    try database.transaction { () throws(StoreError) in
      for table in tables { try database.execute(table) }
      var manifest = Manifest()
      manifest.beginLineage()
      try manifest.write(database)
      try database.execute("PRAGMA application_id=\(applicationID)")
      try database.execute("PRAGMA user_version=\(version)")
    }
  }

  /// Keeps programs away that know of no journal, take a chunk's bodies to lie in one row, or cannot read what lies there: bodies that are
  /// coded, and copies of them in streams to neighbours. The tables of layouts 2 to 5 are the same.
  static func upgrade(_ database: Database, _ manifest: inout Manifest) throws(StoreError) {
    let found = try database.number("PRAGMA user_version")
    guard found < version else { return }
    var changed = manifest
    // A journal that is there belongs to the lineage.
    if found < 3 { changed.beginLineage() }
    try database.transaction { () throws(StoreError) in
      try changed.write(database)
      try database.execute("PRAGMA user_version=\(version)")
    }
    manifest = changed
  }

  /// The tables of every store.
  private static let tables = [
    "CREATE TABLE streams(number INTEGER PRIMARY KEY, sum INTEGER NOT NULL, name TEXT NOT NULL)",
    "CREATE TABLE state(key BLOB PRIMARY KEY, sum INTEGER NOT NULL, value BLOB NOT NULL) WITHOUT ROWID",
    "CREATE TABLE fresh_0(sequence INTEGER PRIMARY KEY, data BLOB NOT NULL)",
    "CREATE TABLE fresh_1(sequence INTEGER PRIMARY KEY, data BLOB NOT NULL)",
    "CREATE TABLE runs(number INTEGER PRIMARY KEY, data BLOB NOT NULL)",
    "CREATE TABLE manifest(id INTEGER PRIMARY KEY, data BLOB NOT NULL)",
    "CREATE TABLE pages(id INTEGER PRIMARY KEY, data BLOB NOT NULL)",
    Places.table,
  ]

  /// A stream's tables. Rows are only ever added at the end of each, which SQLite does without splitting pages. Bodies
  /// stand apart, so that erasing them gives whole pages back.
  private static func tables(ofStream number: UInt32) -> [String] {
    [
      "CREATE TABLE chunks_\(number)(first INTEGER PRIMARY KEY, count INTEGER NOT NULL, weight INTEGER NOT NULL, "
        + "sum INTEGER NOT NULL, entries BLOB NOT NULL)",
      "CREATE TABLE bodies_\(number)(first INTEGER PRIMARY KEY, sum INTEGER NOT NULL, bodies BLOB NOT NULL)",
      "CREATE TABLE tiles_\(number)(number INTEGER PRIMARY KEY, sum INTEGER NOT NULL, root BLOB NOT NULL)",
    ]
  }

  /// Makes a stream's tables.
  static func createStream(_ number: UInt32, in database: Database) throws(StoreError) {
    for table in tables(ofStream: number) { try database.execute(table) }
  }

  /// Checks that the tables are these and no others. SQLite believes what stands in the file's header and schema, and
  /// would write by them.
  static func check(_ database: Database, streams: UInt32) throws(StoreError) {
    guard try database.number("PRAGMA auto_vacuum") == 0 else { throw .damaged("the header of the database") }
    var expected = Set(tables)
    for number in 0..<streams { expected.formUnion(tables(ofStream: number + 1)) }
    var found = Set<String>()
    let rows = try database.statement("SELECT sql FROM sqlite_schema")
    defer { rows.reset() }
    while try rows.step() { found.insert(String(decoding: rows.bytes(0), as: UTF8.self)) }
    guard found == expected else { throw .damaged("the schema of the database") }
  }
}
