import Glibc

extension Topology {
  /// Reads a topology and the definitions it names.
  /// - Throws: `TopologyFaults` with every fault found.
  public static func load(_ file: String) throws(TopologyFaults) -> Topology {
    let (topology, faults) = read(file) { SmallFile.read($0) }
    guard faults.isEmpty, let topology else { throw TopologyFaults(faults) }
    return topology
  }

  /// Every fault of a topology and of the definitions it names; empty when it is good.
  public static func check(_ file: String) -> [Diagnostic] { read(file) { SmallFile.read($0) }.faults }

  /// Reads a topology from anywhere.
  /// - Parameter contents: the bytes of a file by its path, nil when it cannot be read. Paths of definitions are the
  ///   topology file's folder and what the file says.
  /// - Returns: the topology, when there are no faults, and all faults in order of file and place.
  public static func read(
    _ file: String, contents: (String) -> [UInt8]?
  ) -> (topology: Topology?, faults: [Diagnostic]) {
    guard let bytes = contents(file) else {
      return (nil, [.unreadable(file)])
    }
    var reader = TopologyReader(source: TomlSource(file: file, bytes: bytes))
    let topology = reader.read(contents: contents)
    // Terms that several pairs share are read once for each: their faults are said once.
    let faults = Set(reader.source.faults + reader.definitionFaults).sorted()
    return (faults.isEmpty ? topology : nil, faults)
  }
}

extension Diagnostic {
  static func unreadable(_ file: String) -> Diagnostic {
    Diagnostic(
      file: file, line: 1, column: 1, problem: "the file cannot be read", whatToDo: "check its path and permissions")
  }
}

/// Reads configuration files, which are small.
public enum SmallFile {
  /// As much as the TOML parser takes; one byte more shows that there is more.
  static let byteLimit = 1_048_577

  /// The bytes of a file of at most 1 MiB (one byte more shows that there is more); nil when it cannot be read.
  public static func read(_ path: String) -> [UInt8]? {
    guard let file = fopen(path, "rbe") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: byteLimit)
    let count = fread(&bytes, 1, byteLimit, file)
    guard ferror(file) == 0 else { return nil }
    bytes.removeLast(byteLimit - count)
    return bytes
  }
}
