import Exchange
import Glibc
import Terms

/// Makes a store again of the bytes of a `StoreSnapshot`, however they are cut. What was made is opened as any other store
/// afterwards, which checks it.
public final class StoreImage {
  /// The longest item: the first keys of the pages of a run of a thousand million lines have some 25 MB.
  static let longestItem = 256 << 20
  /// Bytes from which rows are made durable, so that the log of commits stays small.
  static let batchByteCount = 16 << 20

  private let database: Database
  private var waiting: [UInt8] = []
  private var table: String?
  private var (rows, batch): (UInt64, Int) = (0, 0)
  private var (hasBegun, hasEnded) = (false, false)

  /// Begins a store in a new file.
  public init(path: String) throws(StoreError) {
    // What another store left beside it would be taken for its own.
    for ending in ["-wal", Engine.journalEnding, "-lock"] where access(path + ending, F_OK) == 0 {
      throw .failed("\(path)\(ending) is there already")
    }
    try LockFile.create(path)
    database = try Database(path: path, role: .writer)
    guard try database.number("SELECT count(*) FROM sqlite_schema") == 0 else {
      throw .failed("\(path) is there already")
    }
    try database.execute("BEGIN IMMEDIATE")
  }

  /// Takes the next bytes.
  /// - Throws: `StoreError.damaged` when they are no snapshot, `.failed` when a newer program made it.
  public func add(_ bytes: [UInt8]) throws(StoreError) {
    waiting += bytes
    var done = 0
    while done < waiting.count, let length = try take(waiting[done...]) { done += length }
    waiting.removeFirst(done)
    guard waiting.count <= Self.longestItem else { throw .damaged("an item of the store is too long") }
  }

  /// Makes all of it durable.
  /// - Throws: `StoreError.damaged` when the end is missing.
  public func finish() throws(StoreError) {
    guard hasEnded, waiting.isEmpty else { throw .damaged("the store ends before its end") }
    var manifest = try Manifest(database)
    manifest.beginLineage()
    try manifest.write(database)
    try database.execute("PRAGMA application_id=\(Schema.applicationID)")
    try database.execute("PRAGMA user_version=\(Schema.version)")
    try flush(beginsAgain: false)
    database.keepLog(false)
  }

  /// Takes one item; gives its length, nil when it is not whole yet.
  private func take(_ bytes: ArraySlice<UInt8>) throws(StoreError) -> Int? {
    var reader = ByteReader(bytes)
    do throws(ByteError) {
      let kind = try reader.uint8("kind")
      switch kind {
      case 1:
        let layout = try reader.uint32("layout")
        try sure { () throws(StoreError) in try begin(Int64(layout)) }
      case 2:
        let (name, sql) = (try reader.vector8("name"), try reader.vector16("sql"))
        try sure { () throws(StoreError) in try make(String(decoding: name, as: UTF8.self), sql) }
      case 3:
        var values: [Value] = []
        for _ in 0..<(try reader.uint8("count")) { values.append(try Value(&reader)) }
        try sure { () throws(StoreError) in try insert(values, byteCount: reader.offset) }
      case 4:
        let count = try reader.uint64("rows")
        try sure { () throws(StoreError) in try end(count) }
      default: throw ByteError(field: "kind", offset: 0, problem: Self.unknown)
      }
      return reader.offset
    } catch {
      if let failure {
        self.failure = nil
        throw failure
      }
      guard error.problem != Self.unknown else { throw .damaged("an item of the store of an unknown kind") }
      return nil
    }
  }

  private static let unknown = "unknown"
  private var failure: StoreError?

  /// What fails behind a whole item is no lack of bytes.
  private func sure(_ body: () throws(StoreError) -> Void) throws(ByteError) {
    do throws(StoreError) { try body() } catch {
      failure = error
      throw ByteError(field: "item", offset: 0, problem: "refused")
    }
  }

  private func begin(_ layout: Int64) throws(StoreError) {
    guard !hasBegun else { throw .damaged("the store begins twice") }
    guard layout <= Schema.version else {
      throw .failed("it holds a store of layout \(layout), this program knows \(Schema.version); update istmo")
    }
    hasBegun = true
  }

  private func make(_ name: String, _ sql: ArraySlice<UInt8>) throws(StoreError) {
    let text = String(decoding: sql, as: UTF8.self)
    let isName =
      !name.isEmpty && name.utf8.allSatisfy { $0 == 0x5F || (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) }
    // The tables are compared with those of this program when the store is opened; here nothing else is run.
    guard hasBegun, isName, text.hasPrefix("CREATE TABLE \(name)("), !text.contains(";") else {
      throw .damaged("a table that no store has")
    }
    try database.execute(text)
    table = name
  }

  private func insert(_ values: [Value], byteCount: Int) throws(StoreError) {
    guard let name = table, !values.isEmpty, !hasEnded else { throw .damaged("a row without a table") }
    let places = Array(repeating: "?", count: values.count).joined(separator: ", ")
    let statement = try database.statement("INSERT INTO \(name) VALUES(\(places))")
    for (column, value) in values.enumerated() {
      let position = Int32(column + 1)
      switch value {
      case .null: statement.bindNull(position)
      case .number(let number): statement.bind(position, number)
      case .text(let text): statement.bind(position, text: text)
      case .bytes(let bytes): statement.bind(position, copying: Array(bytes))
      }
    }
    try statement.run()
    rows += 1
    batch += byteCount
    if batch >= Self.batchByteCount { try flush(beginsAgain: true) }
  }

  private func end(_ count: UInt64) throws(StoreError) {
    guard hasBegun, !hasEnded, count == rows else { throw .damaged("the store has \(rows) rows instead of \(count)") }
    hasEnded = true
  }

  private func flush(beginsAgain: Bool) throws(StoreError) {
    try database.execute("COMMIT")
    _ = try database.checkpoint()
    batch = 0
    if beginsAgain { try database.execute("BEGIN IMMEDIATE") }
  }

  private enum Value {
    case null
    case number(Int64)
    case text(ArraySlice<UInt8>)
    case bytes(ArraySlice<UInt8>)

    init(_ reader: inout ByteReader) throws(ByteError) {
      switch try reader.uint8("type") {
      case 0: self = .null
      case 1: self = .number(Int64(bitPattern: try reader.varint("number")))
      case 3: self = .text(try reader.raw(Int(clamping: try reader.varint("length")), "text"))
      case 4: self = .bytes(try reader.raw(Int(clamping: try reader.varint("length")), "bytes"))
      default: throw ByteError(field: "type", offset: 0, problem: StoreImage.unknown)
      }
    }
  }
}
