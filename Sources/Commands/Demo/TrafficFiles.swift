import Catalog
import Glibc
import Node
import Terms
import Traffic

/// Generated traffic as files: the lines of each country and dataset, the ledger, and what really happened.
///
/// ```
/// DIR/ledger.ndjson            one line for each record, in the order of sending
/// DIR/truth.ndjson             what really happened: trucks' passages, controls, certificates, failures, alerts
/// DIR/SV/migration.ndjson      the lines to publish; `refers` holds a reference, and takes the record's id
/// ```
final class TrafficFiles {
  static let ledgerName = "ledger.ndjson"

  private let folder: String
  private let topology: Topology
  private let ledger: LineFile
  private let truth: LineFile
  private var files: [StreamName: LineFile] = [:]
  private(set) var count = 0

  /// - Throws: `FileError` when the folder holds a ledger already, or nothing can be written there.
  init(_ folder: String, _ topology: Topology) throws(FileError) {
    (self.folder, self.topology) = (folder, topology)
    try LineFile.makeFolder(folder)
    ledger = try LineFile("\(folder)/\(Self.ledgerName)")
    truth = try LineFile("\(folder)/truth.ndjson")
  }

  func add(_ record: TrafficRecord) throws(FileError) {
    // What is sent twice is one record: it stands once in the ledger.
    if record.defect != .resent {
      try ledger.add(record.ledgerLine(topology.definition(record.dataset)))
      count += 1
    }
    let name = StreamName(origin: record.origin, recipient: record.origin, dataset: record.dataset)
    if files[name] == nil {
      try LineFile.makeFolder("\(folder)/\(record.origin)")
      files[name] = try LineFile("\(folder)/\(record.origin)/\(record.dataset).ndjson")
    }
    try files[name]?.add(record.line)
  }

  func add(_ truths: [TrafficTruth]) throws(FileError) {
    for fact in truths { try truth.add(fact.line) }
  }

  func close() throws(FileError) {
    try ledger.close()
    try truth.close()
    for file in files.values { try file.close() }
  }
}

/// A file of JSON lines, written in pieces; its owner's alone.
final class LineFile {
  private let path: String
  private let descriptor: Int32
  private var waiting: [UInt8] = []
  private static let piece = 1 << 16

  /// - Throws: `FileError` when there is such a file already, or it cannot be made.
  init(_ path: String) throws(FileError) {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      let hint = errno == EEXIST ? "; name another folder, or remove it" : ""
      throw FileError(description: "\(path) cannot be made: \(String(cString: strerror(errno)))\(hint)")
    }
  }

  deinit { Glibc.close(descriptor) }

  static func makeFolder(_ path: String) throws(FileError) {
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
      throw FileError(description: "\(path) cannot be made: \(String(cString: strerror(errno)))")
    }
  }

  func add(_ line: JSONValue) throws(FileError) {
    waiting += Array("\(line.json)\n".utf8)
    if waiting.count >= Self.piece { try flush() }
  }

  private func flush() throws(FileError) {
    guard WholeWrite.write(waiting, to: descriptor) else {
      throw FileError(description: "\(path) cannot be written: \(String(cString: strerror(errno)))")
    }
    waiting = []
  }

  func close() throws(FileError) { try flush() }
}
