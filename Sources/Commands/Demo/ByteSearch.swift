import Foundation

/// Looks for byte strings in all files of a folder.
struct ByteSearch {
  private static let tailCount = 4

  private let needles: [[UInt8]]
  /// Needles by their last four bytes, which differ most: ids begin with the time.
  private let byTail: [UInt32: [Int]]

  /// - Parameter needles: byte strings of four bytes and more; shorter ones are never found.
  init(_ needles: [[UInt8]]) {
    self.needles = needles
    var byTail: [UInt32: [Int]] = [:]
    for (index, needle) in needles.enumerated() where needle.count >= Self.tailCount {
      byTail[needle.suffix(Self.tailCount).reduce(0) { $0 << 8 | UInt32($1) }, default: []].append(index)
    }
    self.byTail = byTail
  }

  /// Whether each needle stands in any file of the folder.
  func search(folder: String) throws -> [Bool] {
    var found = [Bool](repeating: false, count: needles.count)
    for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
      // A file may go while a node works; a folder or socket is none.
      guard let data = FileManager.default.contents(atPath: "\(folder)/\(name)") else { continue }
      search([UInt8](data), &found)
    }
    return found
  }

  func search(_ bytes: [UInt8], _ found: inout [Bool]) {
    var tail: UInt32 = 0
    for at in bytes.indices {
      tail = tail << 8 | UInt32(bytes[at])
      guard let candidates = byTail[tail] else { continue }
      for index in candidates where !found[index] {
        let needle = needles[index]
        let start = at + 1 - needle.count
        if start >= 0, bytes[start...at].elementsEqual(needle) { found[index] = true }
      }
    }
  }
}
