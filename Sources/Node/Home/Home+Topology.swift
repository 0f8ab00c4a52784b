import Catalog
import Glibc
import Sodium
import Terms

// The topology file and the dataset definitions, copied so that the node runs on what it was given, whatever happens to the
// originals. To the home they are bytes.
extension Home {
  /// The most files, and the longest of them.
  static let (mostTopologyFiles, longestTopologyFile) = (256, 4 << 20)

  private var topologyFolder: String { "\(path)/topology" }

  /// Copies a topology in place of the present one: all of it or nothing.
  /// - Throws: `HomeError.badName` when a path leads out of the folder or cannot name a file.
  public func replaceTopology(_ files: [String: [UInt8]]) throws(HomeError) {
    guard files.count <= Self.mostTopologyFiles else { throw .tooLong(topologyFolder, limit: Self.mostTopologyFiles) }
    var writer = ByteWriter()
    for (name, bytes) in files.sorted(by: { $0.key < $1.key }) {
      guard Topology.isDefinitionPath(name) else { throw .badName(String(name.prefix(80))) }
      guard bytes.count <= Self.longestTopologyFile else { throw .tooLong(name, limit: Self.longestTopologyFile) }
      writer.vector16(Array(name.utf8))
      writer.digest(SHA256.hash(bytes))
    }
    let digest = SHA256.hash(writer.bytes)
    let folder = "\(topologyFolder)/\(digest)"
    try Files.makeFolder(folder)
    for (name, bytes) in files {
      var parent = folder
      for part in name.split(separator: "/").dropLast() {
        parent += "/\(part)"
        try Files.makeFolder(parent)
      }
      try Files.write(bytes, to: "\(folder)/\(name)")
    }
    try Files.write(Array("\(digest)\n".utf8), to: "\(topologyFolder)/current")
  }

  /// The folder of the copied topology, as a reader of its files needs it.
  /// - Throws: `HomeError` when there is none.
  public func topologyPath() throws(HomeError) -> String {
    let pointer = "\(topologyFolder)/current"
    let bytes = try Files.read(pointer, longest: 128, what: "the name of the topology")
    guard bytes.last == 0x0A, let digest = Digest(hex: String(decoding: bytes.dropLast(), as: UTF8.self)) else {
      throw .damaged(pointer, problem: "64 hexadecimal digits expected")
    }
    return "\(topologyFolder)/\(digest)"
  }

  /// The copied files by relative path, the very bytes that were given.
  /// - Throws: `HomeError.damaged` when a file was altered, added or taken away.
  public func topology() throws(HomeError) -> [String: [UInt8]] {
    let folder = try topologyPath()
    guard let files = try Self.wholeCopy(in: folder) else {
      throw .damaged(folder, problem: "a file of the copied topology was altered, added or taken away")
    }
    return files
  }

  /// The files of topologies that were replaced, or whose copying was under way when the process died. One that is not whole is
  /// left out.
  func formerTopologies() throws(HomeError) -> [[String: [UInt8]]] {
    let current = try topologyPath()
    var former: [[String: [UInt8]]] = []
    for name in try Files.names(in: topologyFolder) where Digest(hex: name) != nil {
      let folder = "\(topologyFolder)/\(name)"
      if folder != current, let files = try Self.wholeCopy(in: folder) { former.append(files) }
    }
    return former
  }

  /// The files of a copied topology; nil when they are not those that its folder is named after.
  private static func wholeCopy(in folder: String) throws(HomeError) -> [String: [UInt8]]? {
    var files: [String: [UInt8]] = [:]
    var waiting = [""]
    while let relative = waiting.popLast() {
      for name in try Files.names(in: folder + relative) {
        let inner = "\(relative)/\(name)"
        var status = stat()
        if lstat(folder + inner, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
          waiting.append(inner)
        } else if files.count < mostTopologyFiles {
          let bytes = try Files.read(folder + inner, longest: longestTopologyFile, what: "a file of the topology")
          files[String(inner.dropFirst())] = bytes
        }
      }
    }
    var writer = ByteWriter()
    for (name, bytes) in files.sorted(by: { $0.key < $1.key }) {
      writer.vector16(Array(name.utf8))
      writer.digest(SHA256.hash(bytes))
    }
    return folder.hasSuffix("/\(SHA256.hash(writer.bytes))") ? files : nil
  }
}
