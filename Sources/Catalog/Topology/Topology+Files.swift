import CToml
import Glibc

extension Topology {
  /// Reads a topology and the definitions it names.
  /// - Throws: `TopologyFaults` with every fault found.
  public static func load(_ file: String) throws(TopologyFaults) -> Topology {
    let (topology, faults) = read(file) { SmallFile.read($0) }
    guard faults.isEmpty, let topology else { throw TopologyFaults(faults) }
    return topology
  }

  /// Whether a topology may name a definition file so: beside the topology or below, in letters that any system keeps, as
  /// each home takes a copy.
  public static func isDefinitionPath(_ path: String) -> Bool {
    (1...200).contains(path.utf8.count)
      && path.utf8.split(separator: 0x2F, omittingEmptySubsequences: false).allSatisfy { part in
        part.first.map { $0 != 0x2E } == true
          && part.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D
              || $0 == 0x2E || $0 == 0x5F
          }
      }
  }

  /// No more faults of one file are looked for.
  public static let faultsMax = TomlSource.faultsMax

  /// Every fault of a topology and of the definitions it names, up to `faultsMax` of a file; empty when it is good.
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
    let (problem, whatToDo) =
      switch SmallFile.failure(file) {
      case ENOENT, ENOTDIR: ("there is no such file", "correct the path")
      case EISDIR: ("this is a folder", "name the file in it")
      case EACCES, EPERM: ("reading the file is not permitted", "let this user read it, with chmod or chown")
      default: ("the file cannot be read", "check its path and permissions")
      }
    return Diagnostic(file: file, line: 1, column: 1, problem: problem, whatToDo: whatToDo)
  }
}

/// Reads configuration files, which are small.
public enum SmallFile {
  /// As much as the TOML parser takes; one byte more shows that there is more.
  static let byteLimit = Int(ISTMO_TOML_MAX_BYTES) + 1

  /// The bytes of a file of at most 256 KiB (one byte more shows that there is more); nil when it cannot be read.
  public static func read(_ path: String) -> [UInt8]? {
    guard let file = fopen(path, "rbe") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: byteLimit)
    let count = fread(&bytes, 1, byteLimit, file)
    guard ferror(file) == 0 else { return nil }
    bytes.removeLast(byteLimit - count)
    return bytes
  }

  /// Why a file cannot be read, as errno has it; 0 when it can.
  static func failure(_ path: String) -> Int32 {
    errno = 0
    guard let file = fopen(path, "rbe") else { return errno }
    defer { fclose(file) }
    var byte: UInt8 = 0
    return fread(&byte, 1, 1, file) == 0 && ferror(file) != 0 ? errno : 0
  }
}
