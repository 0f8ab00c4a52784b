import Terms

/// What becomes of the items of a backup as they are read.
protocol BackupSink: AnyObject {
  func about(_ about: BackupAbout) throws(BackupError)
  func beginFile(_ path: String) throws(BackupError)
  func beginStore() throws(BackupError)
  /// A part of the file or of the records begun last.
  func part(_ bytes: ArraySlice<UInt8>) throws(BackupError)
  func endFile() throws(BackupError)
}

/// Reads the items of a backup out of bytes that come in pieces.
struct BackupItems {
  /// The longest part, so that a piece of it always fits into memory.
  static let longestPart = 16 << 20

  /// What the backup says of itself; nil before it was read.
  private(set) var about: BackupAbout?
  private(set) var hasEnded = false
  private let path: String
  private var waiting: [UInt8] = []
  private var isInFile = false
  private var files: UInt64 = 0
  private var hasStore = false

  init(_ path: String) { self.path = path }

  /// Takes the next bytes.
  mutating func add(_ bytes: [UInt8], _ sink: some BackupSink) throws(BackupError) {
    waiting += bytes
    var done = 0
    while done < waiting.count, let length = try take(waiting[done...], sink) { done += length }
    waiting.removeFirst(done)
  }

  /// All is there, and nothing more.
  func finish() throws(BackupError) {
    guard hasEnded, waiting.isEmpty else { throw .incomplete }
  }

  /// Takes one item, or one part; gives its length, nil when it is not whole yet.
  private mutating func take(_ bytes: ArraySlice<UInt8>, _ sink: some BackupSink) throws(BackupError) -> Int? {
    guard !hasEnded else { throw wrong("something follows its end") }
    var reader = ByteReader(bytes)
    if isInFile {
      guard let part = try? reader.vector24("part") else { return nil }
      guard part.count <= Self.longestPart else { throw wrong("a part is too long") }
      if part.isEmpty {
        isInFile = false
        try sink.endFile()
      } else {
        try sink.part(part)
      }
      return reader.offset
    }
    guard let kind = try? reader.uint8("kind") else { return nil }
    guard (kind == 1) == (about == nil) else { throw wrong("its items are out of order") }
    switch kind {
    case 1:
      guard let text = try? reader.vector16("about") else { return nil }
      guard let found = BackupAbout(text) else { throw wrong("it does not say what it is of") }
      about = found
      try sink.about(found)
    case 2:
      guard let bytes = try? reader.vector16("path") else { return nil }
      guard let name = String(validating: bytes, as: UTF8.self), Self.isPath(name) else {
        throw wrong("it names a file that cannot be in a home")
      }
      (isInFile, files) = (true, files + 1)
      try sink.beginFile(name)
    case 3:
      guard !hasStore else { throw wrong("it holds the records twice") }
      (isInFile, hasStore) = (true, true)
      try sink.beginStore()
    case 4:
      guard let count = try? reader.uint64("files") else { return nil }
      guard count == files, hasStore else { throw wrong("it holds \(files) files instead of \(count), or no records") }
      hasEnded = true
    default: throw wrong("it has an item of an unknown kind")
    }
    return reader.offset
  }

  /// Whether a path names a file inside a home: relative, of plain names, not where the node keeps what it makes anew.
  static func isPath(_ path: String) -> Bool {
    guard !path.isEmpty, path.utf8.count <= BackupFormat.longestPath,
      path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x5C })
    else { return false }
    let names = path.split(separator: "/", omittingEmptySubsequences: false)
    return names.count <= 16
      && names.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." && !$0.hasPrefix(Files.leftover) }
  }

  private func wrong(_ problem: String) -> BackupError { .damaged(path, problem: problem) }
}
