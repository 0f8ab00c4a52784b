/// A 64-bit sum over a row's place and bytes. It finds damage by accident, such as a flipped bit or a page that stands
/// in another's place; it is no protection against somebody who writes the file on purpose: signatures, roots and seals
/// above the store are. Every step is a bijection of the state, so one damaged word is always found.
struct Checksum {
  private var state: UInt64

  /// Starts with numbers that say what is summed, so that a row in another's place does not fit.
  init(_ first: UInt64, _ second: UInt64 = 0) {
    state = 0x9E37_79B9_7F4A_7C15
    add(first)
    add(second)
  }

  mutating func add(_ word: UInt64) {
    state = (state << 29 | state >> 35) ^ word
    state = state &* 0xD6E8_FEB8_6659_FD93
  }

  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    var position = 0
    while position + 8 <= bytes.count {
      add(bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
      position += 8
    }
    var rest: UInt64 = 0
    while position < bytes.count {
      rest = rest << 8 | UInt64(bytes[position])
      position += 1
    }
    add(rest)
    add(UInt64(bytes.count))
  }

  mutating func add(_ bytes: [UInt8]) { bytes.withUnsafeBytes { add($0) } }

  mutating func add(_ bytes: ArraySlice<UInt8>) { bytes.withUnsafeBytes { add($0) } }

  /// The sum.
  var value: UInt64 { state ^ state >> 32 }
}
