import Exchange
import Foundation
import Glibc
import Sodium
import Synchronization
import Terms
import Testing

@testable import Node

/// Attachments at rest: whole and sealed, or not there.
@Suite struct BlobStoreTests {
  private final class Place {
    let scratch: Scratch
    let home: Home
    let key = SymmetricKey(SystemEntropy())
    var folder: String { "\(home.storeFolder)/blobs" }

    init() throws {
      scratch = try Scratch()
      home = try scratch.home()
    }

    func store(_ shortage: @escaping @Sendable () -> StoreError? = { nil }) throws -> BlobStore {
      try BlobStore(folder: folder, storage: key, shortage: shortage)
    }

    /// Every file below the folder.
    var files: [String] {
      let walk = FileManager.default.enumerator(atPath: folder)
      return (walk?.compactMap { $0 as? String } ?? []).map { "\(folder)/\($0)" }.filter {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: $0, isDirectory: &isFolder) && !isFolder.boolValue
      }.sorted()
    }
  }

  private static func bytes(_ count: Int, seed: UInt64 = 1) -> [UInt8] { SeededEntropy(seed: seed).bytes(count) }

  private static func put(_ bytes: [UInt8], into store: BlobStore, pieces: Int = 10_000) throws -> BlobStore.Blob {
    let writer = try store.writer()
    for start in stride(from: 0, to: bytes.count, by: pieces) {
      try writer.append(Array(bytes[start..<min(start + pieces, bytes.count)]))
    }
    return try writer.keep()
  }

  private static func read(_ digest: Digest, from store: BlobStore) throws -> [UInt8]? {
    guard let reader = try store.open(digest) else { return nil }
    var out: [UInt8] = []
    while let piece = try reader.next() {
      #expect(piece.count <= BlobStore.pieceByteCount)
      out += piece
    }
    return out
  }

  @Test(arguments: [0, 1, 65_535, 65_536, 65_537, 131_072, 200_000])
  func whatWasKeptComesBackAlsoAfterAStart(_ count: Int) throws {
    let place = try Place()
    let bytes = Self.bytes(count)
    let blob = try Self.put(bytes, into: place.store())
    #expect(blob.digest == SHA256.hash(bytes) && blob.byteCount == UInt64(count))
    let again = try place.store()
    #expect(try Self.read(blob.digest, from: again) == bytes)
    #expect(again.verify().count == 1 && again.verify().problems.isEmpty)
    // Once more: the same, and one file.
    #expect(try Self.put(bytes, into: again, pieces: 70_000) == blob)
    #expect(place.files.count == 1)
    #expect(try Self.read(SHA256.hash([1]), from: again) == nil)
    // The home is still one that opens: modes and owners are as they must be.
    _ = try Home.open(place.home.path)
  }

  @Test func neitherContentNorDigestCanBeSeenInTheFolder() throws {
    let place = try Place()
    let marked = Array(repeating: Array("Quetzalmarcada ".utf8), count: 10_000).flatMap { $0 }
    let blob = try Self.put(marked, into: place.store())
    let file = try #require(place.files.first)
    let raw = try Data(contentsOf: URL(filePath: file))
    for mark in [Data("Quetzalmarcada".utf8), Data(blob.digest.bytes), Data(blob.digest.description.utf8)] {
      #expect(raw.range(of: mark) == nil)
    }
    let name = try #require(file.split(separator: "/").last)
    #expect(name.count == 64 && !file.contains(blob.digest.description.prefix(8)))
    // Another key gives another name: whoever knows a picture cannot ask the folder for it.
    let other = try Place()
    _ = try Self.put(marked, into: other.store())
    #expect(other.files.first?.split(separator: "/").last != name)
  }

  @Test func everyFlippedByteCutAndExchangeIsSeen() throws {
    let place = try Place()
    let store = try place.store()
    let bytes = Self.bytes(150_000)
    let blob = try Self.put(bytes, into: store)
    let file = try #require(place.files.first)
    let good = Array(try Data(contentsOf: URL(filePath: file)))
    func expectSeen(_ raw: [UInt8], _ what: String) throws {
      try Data(raw).write(to: URL(filePath: file))
      chmod(file, 0o600)
      #expect(throws: StoreError.self, "\(what)") { _ = try Self.read(blob.digest, from: store) }
      #expect(store.verify().problems.count == 1, "\(what)")
    }
    for position in stride(from: 0, to: good.count, by: 2503) + [0, 13, 14, 117, 118, good.count - 1] {
      var raw = good
      raw[position] ^= 0x10
      try expectSeen(raw, "byte \(position)")
    }
    for length in [0, 5, 118, 119, 65_000, BlobHead.byteCount + 65_553, good.count - 1] {
      try expectSeen(Array(good.prefix(length)), "cut at \(length)")
    }
    try expectSeen(good + [0], "one byte more")
    // Two whole pieces in each other's place.
    let (head, piece) = (BlobHead.byteCount, 65_536 + 17)
    let exchanged =
      good[..<head] + good[(head + piece)..<(head + 2 * piece)] + good[head..<(head + piece)]
      + good[(head + 2 * piece)...]
    try expectSeen(Array(exchanged), "exchanged pieces")
    // Another attachment of this home under this name.
    let other = try Self.put(Self.bytes(150_000, seed: 2), into: store)
    try expectSeen(Array(try Data(contentsOf: URL(filePath: store.path(of: other.digest)))), "another attachment")
    // Giving it again mends it.
    _ = try Self.put(bytes, into: store)
    #expect(try Self.read(blob.digest, from: store) == bytes)
    #expect(store.verify().problems.isEmpty && store.verify().count == 2)
  }

  @Test func whatACrashLeftIsClearedAwayAndIsNoAttachment() throws {
    let place = try Place()
    let store = try place.store()
    let kept = try Self.put(Self.bytes(1000), into: store)
    // A process that dies leaves what its writers had: here they are copied while they are at work.
    let writer = try store.writer()
    try writer.append(Self.bytes(300_000, seed: 3))
    let leftover = try #require(place.files.first { $0.contains(Files.leftover) })
    let copy = "\(place.folder)/\(Files.leftover)crashed"
    try FileManager.default.copyItem(atPath: leftover, toPath: copy)
    #expect(store.verify().count == 1)
    _ = try place.home.lock()
    #expect(place.files.allSatisfy { !$0.contains(Files.leftover) } && place.files.count == 1)
    #expect(try Self.read(kept.digest, from: store)?.count == 1000)
  }

  /// `verify` and backups go on while attachments leave with their records.
  @Test func whatIsBeingRemovedIsWholeOrNotThereToWhoeverLooks() throws {
    let place = try Place()
    let store = try place.store()
    let count = 120
    for seed in 0..<count { _ = try Self.put(Self.bytes(100, seed: UInt64(seed)), into: store) }
    let later = SystemClock().now().advanced(byMilliseconds: 60_000)
    let removed = Mutex<Int?>(nil)
    // A thread of its own: tests that wait for each other must not share theirs.
    Thread.detachNewThread {
      let count = (try? store.removeAll(olderThan: later) { _ in true }) ?? -1
      removed.withLock { $0 = count }
    }
    var looks = 0
    while removed.withLock({ $0 }) == nil {
      let problems = store.verify().problems
      #expect(problems.isEmpty)
      looks += 1
    }
    #expect(removed.withLock { $0 } == count && looks > 0)
    #expect(place.files.isEmpty)
  }

  /// Two sweeps may meet at one attachment.
  @Test func whatSomebodyElseRemovedMeanwhileIsNoError() throws {
    let place = try Place()
    let store = try place.store()
    let kept = try Self.put(Self.bytes(100), into: store)
    let later = SystemClock().now().advanced(byMilliseconds: 60_000)
    _ = try store.removeAll(olderThan: later) { digest in
      #expect(digest == kept.digest && unlink(store.path(of: digest)) == 0)
      return true
    }
    #expect(place.files.isEmpty)
  }

  @Test func whatIsNotKeptIsGoneWithItsWriter() throws {
    let place = try Place()
    let store = try place.store()
    do {
      let writer = try store.writer()
      try writer.append(Self.bytes(200_000))
      #expect(place.files.count == 1)
    }
    #expect(place.files.isEmpty)
    // Their number is bounded, and an ended one gives its place back.
    var writers = try (0..<BlobStore.mostWriters).map { _ in try store.writer() }
    #expect(throws: StoreError.self) { _ = try store.writer() }
    writers.removeAll()
    _ = try Self.put([1], into: store)
    #expect(place.files.count == 1)
  }

  @Test func aDiskWithoutRoomTakesNothingAndKeepsWhatIsThere() throws {
    let place = try Place()
    let isFull = Mutex(false)
    let store = try place.store { isFull.withLock { $0 } ? .full("test") : nil }
    let kept = try Self.put(Self.bytes(100), into: store)
    let writer = try store.writer()
    try writer.append(Self.bytes(70_000))
    isFull.withLock { $0 = true }
    #expect(throws: StoreError.full("test")) { try writer.append(Self.bytes(70_000)) }
    #expect(throws: StoreError.full("test")) { _ = try writer.keep() }
    #expect(throws: StoreError.full("test")) { _ = try store.writer() }
    #expect(try Self.read(kept.digest, from: store)?.count == 100)
    isFull.withLock { $0 = false }
    _ = try Self.put(Self.bytes(140_000), into: store)
  }

  @Test func anAttachmentBeyondItsLimitIsRefused() throws {
    let place = try Place()
    let writer = try place.store().writer()
    let piece = [UInt8](repeating: 0, count: 1 << 20)
    for _ in 0..<100 { try writer.append(piece) }
    #expect(throws: StoreError.self) { try writer.append([0]) }
    #expect(throws: StoreError.self) { _ = try writer.keep() }
  }
}
