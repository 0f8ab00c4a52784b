import Certificates
import Glibc
import Tables

/// The folder of documents that were refused: a copy of each under its name, and a table of the reasons. Corrected there, the folder
/// is published as it is.
final class RejectedDocuments: RejectedRecords {
  private let folder: String
  private var reasons = CSVWriter.row(["_file"] + RefusedRows.columns.dropFirst(), separator: .comma)
  private var names: Set<String> = []

  /// Makes the folder. One that is there already is left alone: it may be the one that is being published.
  init(_ folder: String) throws {
    self.folder = folder
    guard mkdir(folder, 0o700) == 0 else {
      throw CommandFailure(
        errno == EEXIST
          ? "\(folder) is there already; name a folder that is not"
          : "\(folder) cannot be made: \(String(cString: strerror(errno)))")
    }
  }

  func add(_ piece: PublishPiece, _ place: Int, _ reason: RejectedReason) throws -> String {
    let path = piece.labels[place]
    let name = freeName(path)
    // What cannot be read, or is too long to be a certificate, stands in the table alone.
    let bytes = try? InputFile.read(path, longest: CertificateReader.longest)
    if let bytes { try OutputFile.write(bytes, to: "\(folder)/\(name)") }
    reasons += CSVWriter.row([path, reason.field, reason.problem, reason.whatToDo], separator: .comma)
    return bytes == nil ? "not copied into \(folder)" : "\(folder)/\(name)"
  }

  func finish() throws { try OutputFile.write(Array(reasons.utf8), to: "\(folder)/reasons.csv") }

  /// The document's own name, or one with a number before it where two folders have it.
  private func freeName(_ path: String) -> String {
    let own = path.split(separator: "/").last.map(String.init) ?? "certificate.xml"
    var (name, number) = (own, 1)
    while !names.insert(name).inserted { (name, number) = ("\(number + 1)-\(own)", number + 1) }
    return name
  }
}
