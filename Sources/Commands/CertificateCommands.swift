import Catalog
import Certificates

let certificateCommands: [Command] = [
  Command(
    "certificate read", "FILE...",
    summary: "what SPSCertificate documents (XML) say, as lines for publish certificates", options: [],
    positionals: 1...10_000, run: readCertificates),
  Command(
    "certificate write", "[FILE or -]", summary: "a record of certificates (JSON) as an SPSCertificate document",
    options: [.value("--out", "FILE")], positionals: 0...1, run: writeCertificate),
  Command(
    "certificate acknowledge", "NUMBER",
    summary: "reads a neighbour's document, compares it with its record, and publishes to the issuer what came of it",
    options: [
      homeOption, .flag("--json"), .value("--from", "CC"), .needed("--officer", "ID"), .needed("--purpose", "TEXT"),
      .value("--role", "ROLE"), .value("--post", "POST"), .value("--storage-passphrase-file", "F"),
    ], positionals: 1...1, run: acknowledgeCertificate),
]

@Sendable private func readCertificates(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  var status = statusDone
  for path in arguments.positionals {
    do {
      console.print(try CertificateReader.record(InputFile.read(path, longest: CertificateReader.longest)))
    } catch {
      console.complain("\(path): \(error)")
      status = statusFailed
    }
  }
  return status
}

@Sendable private func writeCertificate(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  let path = arguments.positionals.first ?? "-"
  let bytes = try InputFile.read(path == "-" ? "/dev/stdin" : path, longest: 1 << 16)
  let record: JSONValue
  do { record = try JSONValue(parsing: bytes) } catch { throw CommandFailure("\(path): \(error)") }
  let text: String
  do { text = try CertificateWriter.document(record) } catch { throw CommandFailure("\(path): \(error)") }
  guard let out = arguments.value("--out") else {
    console.write(text)
    return statusDone
  }
  try OutputFile.write(Array(text.utf8), to: out)
  return statusDone
}
