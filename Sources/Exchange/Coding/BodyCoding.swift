import LZ4
import Terms

/// How a body is written before it is sealed; the first byte says which way.
///
///     0x00 || body                                          as it is
///     0x01 || uint16 length of the body || LZ4 block        with `body-dictionary-1.txt`
///
/// The dictionary has the names of fields, and the words that stand for what a field may say, of the datasets of the day it was made. It never
/// changes: another one is another coding. Each body is coded by itself, so that its length says nothing of another one.
enum BodyCoding: UInt8 {
  /// The body as it is.
  case plain = 0
  /// Without what the first dictionary has.
  case dictionary = 1

  /// The highest that this program reads, with all below it.
  static let last = dictionary

  private static let words = LZ4Dictionary(PackageResources.body_dictionary_1_txt)
  /// Below this length nothing is gained, in bytes.
  private static let shortest = 32
  /// What stands before a block.
  private static let headByteCount = 3

  /// Writes a body, which takes at most one byte more than the body; gives how many it took. With `dictionary` it is written as it is where
  /// that is shorter.
  static func write(
    _ body: UnsafeRawBufferPointer, _ coding: BodyCoding, into room: UnsafeMutableRawBufferPointer
  ) -> Int {
    if coding == .dictionary, body.count >= shortest, let length = UInt16(exactly: body.count),
      let count = words.compress(
        body, into: UnsafeMutableRawBufferPointer(rebasing: room[headByteCount..<body.count]))
    {
      room[0] = dictionary.rawValue
      room[1] = UInt8(truncatingIfNeeded: length >> 8)
      room[2] = UInt8(truncatingIfNeeded: length)
      return headByteCount + count
    }
    room[0] = plain.rawValue
    UnsafeMutableRawBufferPointer(rebasing: room[1...]).copyMemory(from: body)
    return 1 + body.count
  }

  /// Reads a body; nil when it is coded in no known way, or not whole.
  static func read(_ coded: UnsafeRawBufferPointer) -> [UInt8]? {
    guard let first = coded.first, let coding = BodyCoding(rawValue: first) else { return nil }
    switch coding {
    case .plain: return Array(UnsafeRawBufferPointer(rebasing: coded[1...]))
    case .dictionary:
      guard coded.count > headByteCount else { return nil }
      let length = Int(coded[1]) << 8 | Int(coded[2])
      var isWhole = false
      let body = [UInt8](unsafeUninitializedCapacity: length) { room, count in
        let room = UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: room[..<length]))
        isWhole = words.decompress(UnsafeRawBufferPointer(rebasing: coded[headByteCount...]), into: room)
        count = isWhole ? length : 0
      }
      return isWhole ? body : nil
    }
  }
}
