import Catalog
import Exchange
import Foundation
import Ledger
import Node
import Sodium
import Store
import Terms

/// What a stopped node left on its disk, read from a copy so that the node itself begins with what it left.
final class StoredHome {
  let home: Home
  let reader: LogReader
  let keys: Keyring
  private let store: SQLiteStore
  private let folder: Folder

  init(_ path: String) throws {
    folder = try Folder()
    let copy = folder.path + "/home"
    try Self.copy(path, to: copy)
    home = try Home.open(copy)
    keys = try home.keys(.file).ring
    store = try SQLiteStore(path: home.storeFolder + "/istmo.db")
    reader = LogReader(store: store, vault: EpochVault(store: store, keys: keys), realm: home.config.realm)
  }

  deinit { store.close() }

  /// Copies files and folders; a socket that a killed node left is not taken along.
  private static func copy(_ path: String, to copy: String) throws {
    let files = FileManager.default
    try files.createDirectory(
      atPath: copy, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    for name in try files.contentsOfDirectory(atPath: path) {
      let kind = try files.attributesOfItem(atPath: "\(path)/\(name)")[.type] as? FileAttributeType
      switch kind {
      case .typeDirectory?: try Self.copy("\(path)/\(name)", to: "\(copy)/\(name)")
      case .typeRegular?: try files.copyItem(atPath: "\(path)/\(name)", toPath: "\(copy)/\(name)")
      default: break
      }
    }
  }

  /// A stream counted again, entry by entry.
  struct Count {
    var size: UInt64 = 0
    var root = RootHash.empty
    /// The ids of records, epochs left out, in their order.
    var ids: [RecordID] = []
  }

  /// Counts a stream again from its entries alone.
  func recount(_ stream: StreamName) throws -> Count {
    var count = Count()
    var frontier = Frontier()
    while let chunk = try store.chunk(of: stream, containing: frontier.size), chunk.first == frontier.size {
      let piece = try reader.entries(of: chunk, in: stream)
      for entry in piece.entries {
        _ = frontier.append(NodeHash.leaf(piece.context.canonicalBytes(of: entry)))
        if entry.hasBody { count.ids.append(entry.id) }
      }
    }
    (count.size, count.root) = (frontier.size, frontier.root)
    return count
  }

  /// Every checkpoint that is kept: own ones, those of neighbours, and those in receipts.
  func checkpoints() throws -> [SignedCheckpoint] {
    try reader.streams().flatMap { name in
      let state = try reader.state(of: name)
      return [state.checkpoint, state.receipt].compactMap { $0 }
    }
  }
}
