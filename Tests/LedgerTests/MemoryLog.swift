import Foundation
import Ledger
import Sodium
import Terms
import Testing

/// A log in memory: its entries and the hashes of all complete subtrees.
struct MemoryLog: HashSource {
  private(set) var entries: [[UInt8]] = []
  private(set) var frontier = Frontier()
  private var levels: [[NodeHash]] = [[]]

  init(_ entries: some Sequence<[UInt8]> = []) { for entry in entries { append(entry) } }

  var size: UInt64 { frontier.size }
  var leaves: [NodeHash] { levels[0] }

  mutating func append(_ entry: [UInt8]) {
    entries.append(entry)
    var node = NodeHash.leaf(entry)
    frontier.append(node)
    for level in 0... {
      if level == levels.count { levels.append([]) }
      levels[level].append(node)
      guard levels[level].count.isMultiple(of: 2) else { return }
      node = .parent(levels[level][levels[level].count - 2], node)
    }
  }

  func node(level: Int, index: UInt64) -> NodeHash { levels[level][Int(index)] }
}

/// Random numbers from a seed (SplitMix64), so that a failed run can be run again.
struct Seeded: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func digest() -> Digest {
    var digest = Digest()
    digest.withUnsafeMutableBytes { buffer in
      for place in buffer.indices { buffer[place] = UInt8.random(in: 0...255, using: &self) }
    }
    return digest
  }

  mutating func recordID() -> RecordID {
    RecordID(
      time: Instant(milliseconds: .random(in: 1_700_000_000_000...1_900_000_000_000, using: &self)),
      random: (next(), next()))
  }

  mutating func entry() -> Entry {
    let kind: Entry.Kind =
      switch Int.random(in: 0..<8, using: &self) {
      case 0: .replaces(recordID())
      case 1: .withdraws(recordID())
      case 2: .epoch(UInt32.random(in: 0...UInt32.max, using: &self))
      case 3: .erased(UInt32.random(in: 0...40_000, using: &self))
      default: .record
      }
    return Entry(id: recordID(), kind: kind, commitment: digest())
  }

  /// The bytes with one to three of them altered, removed, doubled, or the end cut off. Never the bytes themselves.
  mutating func altered(_ original: [UInt8]) -> [UInt8] {
    var bytes = original
    repeat {
      for _ in 0..<Int.random(in: 1...3, using: &self) where !bytes.isEmpty {
        let place = Int.random(in: 0..<bytes.count, using: &self)
        switch Int.random(in: 0..<7, using: &self) {
        case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &self)
        case 1: bytes[place] = UInt8.random(in: 0...255, using: &self)
        case 2: bytes.remove(at: place)
        case 3: bytes.insert(bytes[place], at: place)
        case 4: bytes.swapAt(place, Int.random(in: 0..<bytes.count, using: &self))
        case 5: bytes.insert([0x0A, 0x20, 0x2B, 0x3D, 0x30, 0x0D][Int.random(in: 0..<6, using: &self)], at: place)
        default: bytes.removeSubrange(place...)
        }
      }
    } while bytes == original
    return bytes
  }
}

/// Reads a file of `Vectors`.
func vectors<T: Decodable>(_ name: String, as type: T.Type) throws -> T {
  let url = try #require(Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Vectors"))
  return try JSONDecoder().decode(type, from: Data(contentsOf: url))
}

func signingKey(_ seed: UInt8) throws -> SigningKey {
  try SigningKey(seed: SecretBytes(copying: [UInt8](repeating: seed, count: 32)))
}

func root(hex: String) throws -> RootHash { RootHash(try #require(Digest(hex: hex))) }
func node(hex: String) throws -> NodeHash { NodeHash(try #require(Digest(hex: hex))) }
