import Exchange
import Glibc

/// Looks at SQLite's log before SQLite does. SQLite ends the log at the first frame whose checksum is wrong, without a
/// word: right for a write cut short by a power cut, but a flipped bit in the middle would silently take back commits
/// that were promised. A transaction is written only after the one before it was synced, so a bad frame with a whole
/// commit and yet another frame after it cannot come from a power cut. Damage in the very last commit looks like one: it
/// is told apart by the mark. Format: https://www.sqlite.org/fileformat2.html#the_write_ahead_log
enum LogExamination {
  private static let headerBytes = 32
  private static let frameHeaderBytes = 24

  /// How much of the log was synced, noted after each commit and, durably, before frames are copied into the database. A
  /// log that has become shorter has lost promised commits, and would lay old pages over newer ones.
  struct Mark: Equatable {
    /// Tells one log from the next in the same file.
    var salts: [UInt8]
    var frames: UInt64

    /// What is noted when there is no log: it reads as no mark.
    static let none = [UInt8](repeating: 0, count: 24)

    init(salts: [UInt8], frames: UInt64) { (self.salts, self.frames) = (salts, frames) }

    var bytes: [UInt8] {
      var bytes = salts + [UInt8](repeating: 0, count: 16)
      bytes.store(frames, at: 8)
      bytes.store(sum, at: 16)
      return bytes
    }

    /// Nil when there is none, or it was cut short.
    init?(_ bytes: [UInt8]) {
      guard bytes.count >= 24 else { return nil }
      let numbers = bytes.withUnsafeBytes { buffer in
        [8, 16].map { UInt64(littleEndian: buffer.loadUnaligned(fromByteOffset: $0, as: UInt64.self)) }
      }
      self.init(salts: Array(bytes[..<8]), frames: numbers[0])
      guard sum == numbers[1] else { return nil }
    }

    private var sum: UInt64 {
      var sum = Checksum(frames, 0x3A2C)
      sum.add(salts)
      return sum.value
    }
  }

  /// The open log, to read its salts after every commit. SQLite keeps the file until its last connection ends, and takes no
  /// locks on it.
  final class Log: Sendable {
    private let file: Int32

    /// Nil when there is no log.
    init?(_ path: String) {
      file = open(path, O_RDONLY | O_CLOEXEC)
      if file < 0 { return nil }
    }

    deinit { close(file) }

    /// The salts; nil when the log has no header.
    var salts: [UInt8]? {
      var bytes = [UInt8](repeating: 0, count: 8)
      return pread(file, &bytes, bytes.count, 16) == bytes.count ? bytes : nil
    }
  }

  /// Syncs it too: what a killed process wrote last may only be in the system's cache, and what the database is found to have is
  /// written over in the journal.
  /// - Throws: `StoreError.damaged` when commits that were synced would be lost.
  static func check(_ path: String, _ mark: Mark?) throws(StoreError) {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    defer { if file >= 0 { close(file) } }
    var header = [UInt8](repeating: 0, count: headerBytes)
    guard file >= 0, fill(&header, from: file) else {
      if let mark, mark.frames > 0 { throw lost(path, after: 0, mark) }
      return
    }
    var frame = [UInt8](repeating: 0, count: frameHeaderBytes + Database.pageBytes)
    // SQLite syncs the header, which lies in one sector, before the first frame.
    guard word(header, 0) & ~1 == 0x377F_0682, Int(word(header, 8)) == Database.pageBytes else {
      if fill(&frame, from: file) { throw .damaged("\(path), header") }
      return
    }
    var sum = Sum(isBigEndian: word(header, 0) & 1 == 1)
    sum.add(header[..<24])
    guard sum.matches(header, at: 24) else {
      if fill(&frame, from: file) { throw .damaged("\(path), header") }
      return
    }
    let salts = header[16..<24]
    var number = 0
    var broken: Int?
    var hasCommitAfter = false
    while fill(&frame, from: file) {
      number += 1
      let isOfThisLog = frame[8..<16].elementsEqual(salts)
      if broken == nil {
        sum.add(frame[..<8])
        sum.add(frame[frameHeaderBytes...])
        if !isOfThisLog || !sum.matches(frame, at: 16) { broken = number }
      }
      guard let broken, isOfThisLog else { continue }
      if hasCommitAfter { throw .damaged("\(path), frame \(broken): commits after it would be lost") }
      hasCommitAfter = word(frame, 4) != 0
    }
    let whole = broken.map { $0 - 1 } ?? number
    if let mark, mark.salts == Array(salts), whole < mark.frames { throw lost(path, after: whole, mark) }
    guard fdatasync(file) == 0 else { throw LockFile.failure(path) }
  }

  private static func lost(_ path: String, after whole: Int, _ mark: Mark) -> StoreError {
    .damaged("\(path): \(mark.frames) frames of commits were confirmed, only \(whole) are there")
  }

  /// Reads exactly as many bytes as there are; false at the end of the file.
  private static func fill(_ bytes: inout [UInt8], from file: Int32) -> Bool {
    let wanted = bytes.count
    return bytes.withUnsafeMutableBytes { buffer in
      var have = 0
      while have < wanted, let start = buffer.baseAddress {
        let count = read(file, start + have, wanted - have)
        guard count > 0 else { return false }
        have += count
      }
      return true
    }
  }

  /// Four bytes, big-endian, as all of the log's numbers are.
  private static func word(_ bytes: [UInt8], _ position: Int) -> UInt32 {
    bytes[position..<(position + 4)].reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// The log's running checksum, over pairs of words in the byte order of the machine that wrote it.
  private struct Sum {
    let isBigEndian: Bool
    private var first: UInt32 = 0
    private var second: UInt32 = 0

    init(isBigEndian: Bool) { self.isBigEndian = isBigEndian }

    mutating func add(_ bytes: ArraySlice<UInt8>) {
      bytes.withUnsafeBytes { buffer in
        for position in stride(from: 0, to: buffer.count & ~7, by: 8) {
          first = first &+ word(buffer, position) &+ second
          second = second &+ word(buffer, position + 4) &+ first
        }
      }
    }

    private func word(_ bytes: UnsafeRawBufferPointer, _ position: Int) -> UInt32 {
      let word = bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self)
      return isBigEndian ? UInt32(bigEndian: word) : UInt32(littleEndian: word)
    }

    func matches(_ bytes: [UInt8], at position: Int) -> Bool {
      LogExamination.word(bytes, position) == first && LogExamination.word(bytes, position + 4) == second
    }
  }
}
