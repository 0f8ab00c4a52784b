/// A file being read, and the faults found in it.
final class TomlSource {
  let file: String
  let bytes: [UInt8]
  private(set) var faults: [Diagnostic] = []

  /// Nobody mends more than these at once, and a file of nothing but faults stays quick to refuse.
  static let faultsMax = 200
  private let lineStarts: [Int]

  init(file: String, bytes: [UInt8]) {
    (self.file, self.bytes) = (file, bytes)
    lineStarts = [0] + bytes.indices.filter { bytes[$0] == 0x0A }.map { $0 + 1 }
  }

  /// Notes a fault at a byte. The words are made only while more faults are taken: advice compares many names.
  func report(_ offset: Int, _ problem: @autoclosure () -> String, _ whatToDo: @autoclosure () -> String) {
    guard faults.count < Self.faultsMax else { return }
    let (line, column) = position(offset)
    faults.append(Diagnostic(file: file, line: line, column: column, problem: problem(), whatToDo: whatToDo()))
  }

  /// Line and column of a byte, both from 1; columns count characters.
  func position(_ offset: Int) -> (line: Int, column: Int) {
    let at = min(max(0, offset), bytes.count)
    var (low, high) = (0, lineStarts.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= at { low = middle } else { high = middle }
    }
    let characters = bytes[min(lineStarts[low], at)..<at].count { $0 & 0xC0 != 0x80 }
    return (low + 1, characters + 1)
  }

  /// Where the key of a value stands: before the value on its line, or in the header the value's offset points into.
  func keyOffset(of key: String, before value: Int) -> Int {
    let name = Array(key.utf8)
    guard !name.isEmpty, value <= bytes.count else { return value }
    func isSpace(_ at: Int) -> Bool { bytes[at] == 0x20 || bytes[at] == 0x09 }
    func stands(at: Int) -> Bool {
      at >= 0 && at + name.count <= bytes.count && bytes[at..<(at + name.count)].elementsEqual(name)
    }
    var end = value
    while end > 0, isSpace(end - 1) { end -= 1 }
    if end > 0, bytes[end - 1] == 0x3D {
      end -= 1
      while end > 0, isSpace(end - 1) { end -= 1 }
      if end > 0, bytes[end - 1] == 0x22 || bytes[end - 1] == 0x27 { end -= 1 }
      if stands(at: end - name.count) { return end - name.count }
    }
    var at = value
    while at < bytes.count, bytes[at] != 0x0A {
      if stands(at: at) { return at }
      at += 1
    }
    return value
  }
}
