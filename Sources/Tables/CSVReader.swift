/// Reads comma-separated values (RFC 4180) row by row, in bounded memory. Beyond the RFC it takes a byte order mark, lines that
/// end in a line feed alone, and other separators. A row that is wrong is told with its line, and reading goes on with the next.
public struct CSVReader {
  /// What stands between cells.
  public enum Separator: String, Hashable, Sendable, CaseIterable {
    case comma = ","
    case semicolon = ";"
    case tab = "\t"
    case bar = "|"

    var byte: UInt8 { rawValue.utf8.first ?? 0x2C }
  }

  /// One row.
  public struct Row: Hashable, Sendable {
    /// The line on which it begins, from 1, as an editor counts them.
    public let line: Int
    /// Its cells without quotes; empty when it is faulty.
    public let cells: [String]
    /// Why it cannot be read; nil when it can.
    public let fault: TableFault?
  }

  /// Bytes of the longest row: a record has at most 64 KiB, and quotes may double them.
  public static let longestRow = 256 << 10

  private let read: () throws -> [UInt8]
  private var separator: Separator
  private var buffer: ArraySlice<UInt8> = []
  private var isAtEnd = false
  private var line = 1
  private var isAtStart = true

  /// A reader of what `read` gives piece by piece; an empty piece is the end. `separator` can be changed until the second row.
  public init(separator: Separator = .comma, read: @escaping () throws -> [UInt8]) {
    (self.separator, self.read) = (separator, read)
  }

  /// The first row for each separator, without taking it: for finding out which one the file has.
  /// - Throws: what `read` throws, and `TableFault` when the bytes are no UTF-8.
  public mutating func firstRows() throws -> [(separator: Separator, row: Row)] {
    try start()
    return try Separator.allCases.compactMap { separator in
      var copy = self
      copy.separator = separator
      // A whole row is in the buffer already; what the copy read beyond it would be lost.
      copy.isAtEnd = true
      return try copy.next().map { (separator, $0) }
    }
  }

  /// Reads with this separator from now on.
  public mutating func use(_ separator: Separator) { self.separator = separator }

  /// The next row that is not blank; nil at the end.
  public mutating func next() throws -> Row? {
    try start()
    while true {
      let begin = line
      let row = try rawRow()
      guard let row else { return nil }
      switch row {
      case .fault(let fault): return Row(line: begin, cells: [], fault: fault)
      case .cells(let cells):
        if cells.count == 1, cells[0].isEmpty { continue }
        var texts: [String] = []
        texts.reserveCapacity(cells.count)
        for (place, cell) in cells.enumerated() {
          guard let text = String(validating: cell, as: UTF8.self) else {
            return Row(line: begin, cells: [], fault: .notUTF8(column: place + 1))
          }
          texts.append(text)
        }
        return Row(line: begin, cells: texts, fault: nil)
      }
    }
  }

  /// Fills the buffer and passes over a byte order mark, once.
  private mutating func start() throws {
    guard isAtStart else { return }
    isAtStart = false
    while buffer.count <= Self.longestRow, !isAtEnd { try fill() }
    if buffer.starts(with: [0xEF, 0xBB, 0xBF]) { buffer = buffer.dropFirst(3) }
    if buffer.starts(with: [0xFF, 0xFE]) || buffer.starts(with: [0xFE, 0xFF]) { throw TableFault.utf16 }
  }

  private mutating func fill() throws {
    let piece = try read()
    isAtEnd = piece.isEmpty
    buffer += piece
  }

  private enum RawRow {
    case cells([[UInt8]])
    case fault(TableFault)
  }

  private mutating func rawRow() throws -> RawRow? {
    while buffer.count <= Self.longestRow, !isAtEnd { try fill() }
    guard !buffer.isEmpty else { return nil }
    let row = scan()
    let taken = buffer[..<row.end]
    line += taken.count { $0 == 0x0A }
    buffer = buffer[row.end...]
    if case .fault = row.row, taken.last != 0x0A { try skipLine() }
    return row.row
  }

  /// Passes over the rest of a line that is longer than the buffer.
  private mutating func skipLine() throws {
    while buffer.isEmpty, !isAtEnd {
      try fill()
      guard let newline = buffer.firstIndex(of: 0x0A) else {
        buffer = []
        continue
      }
      buffer = buffer[(newline + 1)...]
      line += 1
      return
    }
  }

  /// The row at the start of the buffer, and where the next one begins. After a fault that is the next line.
  private func scan() -> (row: RawRow, end: Int) {
    var cells: [[UInt8]] = []
    var cell: [UInt8] = []
    var position = buffer.startIndex
    func faulty(_ fault: TableFault) -> (RawRow, Int) {
      let next = buffer.firstIndex(of: 0x0A).map { $0 + 1 } ?? buffer.endIndex
      return (.fault(fault), next)
    }
    while true {
      cell.removeAll(keepingCapacity: true)
      let isQuoted = position < buffer.endIndex && buffer[position] == 0x22
      if isQuoted {
        position += 1
        quoted: while true {
          guard position < buffer.endIndex, position - buffer.startIndex <= Self.longestRow else {
            return faulty(.openQuote(column: cells.count + 1))
          }
          let byte = buffer[position]
          position += 1
          guard byte == 0x22 else {
            cell.append(byte)
            continue
          }
          guard position < buffer.endIndex, buffer[position] == 0x22 else { break quoted }
          cell.append(0x22)
          position += 1
        }
      }
      while position < buffer.endIndex {
        guard position - buffer.startIndex <= Self.longestRow else { return faulty(.tooLong) }
        let byte = buffer[position]
        if byte == separator.byte || byte == 0x0A { break }
        if byte == 0x0D, position + 1 == buffer.endIndex || buffer[position + 1] == 0x0A {
          position += 1
          continue
        }
        guard !isQuoted, byte != 0x22 else { return faulty(.looseQuote(column: cells.count + 1)) }
        cell.append(byte)
        position += 1
      }
      cells.append(cell)
      guard position < buffer.endIndex else { return (.cells(cells), position) }
      let isSeparator = buffer[position] == separator.byte
      position += 1
      if !isSeparator { return (.cells(cells), position) }
    }
  }
}
