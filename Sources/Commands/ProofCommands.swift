import Catalog
import HTTP
import Ledger
import Node
import Terms

let proofCommands: [Command] = [
  Command(
    "verify",
    summary:
      "checks the whole store: roots, signatures, receipts, commitments, seals, index, attachments; the operators' log",
    options: [homeOption, .flag("--json"), .value("--storage-passphrase-file", "F")], run: verifyStore),
  Command(
    "evidence export", "ID", summary: "writes an offline proof of one record",
    options: [
      homeOption, .flag("--json"), .needed("--out", "F"), .value("--to", "CC"), .needed("--officer", "ID"),
      .needed("--purpose", "TEXT"),
      .value("--role", "ROLE"), .value("--storage-passphrase-file", "F"),
    ], positionals: 1...1, run: exportEvidence),
  Command(
    "evidence verify", "F", summary: "checks an offline proof, of a record or of a fork, without any node",
    options: [.values("--root", "VKEY"), .values("--attachment", "FILE"), .flag("--json")], positionals: 1...1,
    run: verifyEvidence),
  Command(
    "fork export", "STREAM", summary: "writes the proof that a stopped stream's origin signed two histories",
    options: [homeOption, .flag("--json"), .needed("--out", "F"), .value("--storage-passphrase-file", "F")],
    positionals: 1...1, run: exportFork),
]

/// Checks the whole store, of a node that runs or of a home that is opened for it.
@Sendable private func verifyStore(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  let access = try NodeAccess(arguments, console)
  defer { access.close() }
  let report = try verify(access, console)
  if arguments.flag("--json") {
    console.print(report)
  } else {
    say(verified: report, console)
  }
  return report["clean"] == .boolean(true) ? statusDone : statusFailed
}

/// What a check of the whole store found.
func verify(_ access: NodeAccess, _ console: Console) throws -> JSONValue {
  var report: JSONValue?
  try access.lines(.init(.post, "/v1/verify")) { line in
    if case .number(let share) = line["progress"] { console.progress("verified \(share) %") } else { report = line }
  }
  console.endProgress()
  guard let report else { throw APIError(500, []) }
  return report
}

/// Says it to a person.
func say(verified report: JSONValue, _ console: Console) {
  for problem in report.items("problems") { console.complain(problem.string ?? "") }
  console.print(
    "\(report["clean"] == .boolean(true) ? "clean" : "NOT CLEAN"): \(report.text("streams")) streams, \(report.text("entries")) entries, "
      + "\(report.text("bodies")) bodies, \(report.text("erased")) erased, \(report.text("indexed")) index lines, \(report.text("attachments")) attachments, "
      + "\(report.text("operator_lines")) lines of the operators' log"
  )
}

@Sendable private func exportEvidence(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  let id: RecordID
  do { id = try RecordID(arguments.positionals[0]) } catch { throw UsageError(error.description) }
  let out = try arguments.needed("--out")
  var fields = [
    (name: "id", value: id.description), ("officer", try arguments.needed("--officer")),
    ("purpose", try arguments.needed("--purpose")), ("role", arguments.value("--role") ?? usualRole),
  ]
  if let country = arguments.value("--to") { fields.append(("to", country)) }
  let access = try NodeAccess(arguments, console)
  defer { access.close() }
  let bytes = try access.bytes(.init(.get, "/v1/evidence", query: fields), limit: EvidenceFile.longest)
  try OutputFile.write(bytes, to: out)
  if arguments.flag("--json") {
    console.print(["file": .text(out), "id": .text(id.description), "bytes": .number(Int64(bytes.count))])
    return statusDone
  }
  console.print("\(out): evidence for \(id); it holds the record in clear, handle it as such")
  console.print("check it anywhere: istmo evidence verify \(out) --root VKEY  (istmo key show names the root keys)")
  return statusDone
}

@Sendable private func verifyEvidence(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  var roots: [NoteKey] = []
  for text in arguments.values("--root") {
    do { roots.append(try NoteKey(text)) } catch { throw UsageError("--root: \(error)") }
  }
  let bytes = try InputFile.read(arguments.positionals[0], longest: EvidenceFile.longest)
  let attachments = arguments.values("--attachment")
  if ForkFile.isOne(bytes) {
    guard attachments.isEmpty else { throw UsageError("--attachment goes with the evidence of a record") }
    let check = try ForkFile(bytes).check(trusted: roots)
    return report(
      check.findings, check.holds, what: "the proof of a fork", arguments, console,
      json: [.init(name: "origin", value: .text(check.origin))])
  }
  var check = EvidenceCheck(try EvidenceFile(bytes), trusted: roots)
  for path in attachments { check.bind(attachment: try InputPieces.digest(of: path), named: path) }
  return report(
    check.findings, check.holds, what: "the evidence", arguments, console, unpinned: check.unpinnedRoots,
    json: [
      .init(name: "id", value: JSONValue(check.id?.description)),
      .init(name: "record", value: (try? JSONValue(parsing: check.body)) ?? nil),
    ])
}

/// Tells what an offline check found.
private func report(
  _ findings: [EvidenceCheck.Finding], _ holds: Bool, what: String, _ arguments: Arguments, _ console: Console,
  unpinned: [NoteKey] = [], json: [JSONValue.Member]
) -> Int32 {
  if arguments.flag("--json") {
    console.print(
      .object(
        [
          .init(name: "holds", value: .boolean(holds)),
          .init(
            name: "findings", value: .list(findings.map { ["holds": .boolean($0.holds), "text": .text($0.text)] })),
          .init(name: "roots_to_compare", value: .list(unpinned.map { .text($0.description) })),
        ] + json))
    return holds ? statusDone : statusFailed
  }
  for finding in findings {
    if finding.holds { console.print("ok      \(finding.text)") } else { console.complain("FAILED  \(finding.text)") }
  }
  for root in unpinned {
    console.print("compare \(root.name) with a source you trust, or name it with --root: \(root)")
  }
  console.print(holds ? "\(what) holds" : "\(what) DOES NOT HOLD")
  return holds ? statusDone : statusFailed
}

@Sendable private func exportFork(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  let stream: StreamName
  do { stream = try StreamName(arguments.positionals[0]) } catch { throw UsageError(error.description) }
  let out = try arguments.needed("--out")
  let access = try NodeAccess(arguments, console)
  defer { access.close() }
  let bytes = try access.bytes(
    .init(.get, "/v1/fork", query: [("stream", stream.description)]), limit: EvidenceFile.longest)
  try OutputFile.write(bytes, to: out)
  if arguments.flag("--json") {
    console.print(["file": .text(out), "stream": .text(stream.description), "bytes": .number(Int64(bytes.count))])
  } else {
    console.print("\(out): two checkpoints of \(stream) that contradict each other; it holds no record")
    console.print("check it anywhere: istmo evidence verify \(out) --root VKEY  (istmo key show names the root keys)")
  }
  return statusDone
}
