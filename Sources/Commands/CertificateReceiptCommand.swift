import Catalog
import Certificates
import HTTP
import Node
import Terms

/// Fetches the document of a neighbour's certificate, judges it by its record, and publishes the receipt, which goes to the countries
/// of the route. Both lookups are in the log before anything is published.
@Sendable func acknowledgeCertificate(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  let number = arguments.positionals[0]
  let (officer, purpose) = (try arguments.needed("--officer"), try arguments.needed("--purpose"))
  let role = arguments.value("--role") ?? "quarantine-officer"
  let home = try Home.open(arguments.home)
  let topology = try home.loadTopology()
  guard let definition = topology.definition(named: XMLDocuments.dataset) else {
    throw CommandFailure("the topology has no dataset \(XMLDocuments.dataset); install one that names it")
  }
  var lookup: [JSONValue.Member] = [
    .init(name: "dataset", value: .text(XMLDocuments.dataset)), .init(name: "where", value: ["number": .text(number)]),
    .init(name: "officer", value: .text(officer)), .init(name: "purpose", value: .text(purpose)),
    .init(name: "role", value: .text(role)),
  ]
  for name in ["from", "post"] {
    if let value = arguments.value("--\(name)") { lookup.append(.init(name: name, value: .text(value))) }
  }
  do { _ = try LookupRequest(json: .object(lookup)) } catch { throw UsageError(error.description) }
  let access = try NodeAccess(arguments, console, silentSeconds: attachmentPatience)
  defer { access.close() }
  var issued: [JSONValue] = []
  try access.lines(.init(.post, "/v1/query"), upload: .bytes(Array(JSONValue.object(lookup).json.utf8))) { line in
    if line["record"]?["event"]?.string == "issued" { issued.append(line) }
    for reason in line["answer"]?.items("withheld") ?? [] { console.complain("withheld: \(reason.string ?? "")") }
  }
  guard let found = issued.first, issued.count == 1, let record = found["record"],
    let origin = try? CountryCode(found.text("source"))
  else {
    throw CommandFailure(
      issued.isEmpty
        ? "no certificate with the number \(number) is held here for this role"
        : "\(issued.count) certificates have the number \(number); name the issuer's country with --from")
  }
  guard let digest = record["xml_digest"]?.string else {
    throw CommandFailure("the record of \(number) names no document that is shared with this country")
  }
  let receipt: CertificateReceipt
  do {
    let fields = [
      (name: "officer", value: officer), ("purpose", purpose), ("role", role), ("from", origin.description),
    ]
    let document = try access.bytes(
      .init(.get, "/v1/attachments/\(digest)", query: fields), limit: CertificateReader.longest + 1)
    let now = SystemClock().now()
    receipt = CertificateReceipt(of: document, against: record) { drawn throws(Refusal) in
      let body = try definition.check(Array(drawn.json.utf8), from: origin, topology: topology, now: now).body
      return (try? JSONValue(parsing: body)) ?? .null
    }
  } catch let error as APIError where error.status == 404 {
    receipt = .absent
  }
  return try publish(receipt, of: found, at: arguments.value("--post"), access, arguments, console)
}

private func publish(
  _ receipt: CertificateReceipt, of found: JSONValue, at post: String?, _ access: NodeAccess, _ arguments: Arguments,
  _ console: Console
) throws -> Int32 {
  var members: [JSONValue.Member] = [
    .init(name: "event", value: "acknowledged"), .init(name: "refers", value: .text(found.text("id"))),
    .init(name: "time", value: .text(SystemClock().now().wholeSeconds)),
    .init(name: "delivery", value: .text(receipt.delivery.rawValue)),
    .init(name: "reference", value: .text("acknowledged/\(found.text("id"))/\(receipt.delivery.rawValue)")),
  ]
  for name in ["number", "kind", "route"] {
    if let value = found["record"]?[name] { members.append(.init(name: name, value: value)) }
  }
  if let reason = receipt.reason { members.append(.init(name: "reason", value: .text(reason))) }
  if let post { members.append(.init(name: "post", value: .text(post))) }
  var result: JSONValue = nil
  let line = Array(JSONValue.object(members).json.utf8) + [0x0A]
  try access.client.publish(line, DatasetName(XMLDocuments.dataset)) { if $0["result"] != nil { result = $0 } }
  let isDelivered = receipt.delivery == .delivered || receipt.delivery == .withWarnings
  switch result.text("result") {
  case "accepted", "duplicate": break
  // Only the time is another: the same was told before.
  case "refused" where result.text("field") == "reference": break
  default: throw CommandFailure("\(result.text("field")): \(result.text("problem")); \(result.text("remedy"))")
  }
  if arguments.flag("--json") {
    console.print([
      "certificate": .text(found.text("id")), "delivery": .text(receipt.delivery.rawValue),
      "reason": JSONValue(receipt.reason), "result": .text(result.text("result")),
      "id": JSONValue(result["id"]?.string),
    ])
  } else {
    let told = result["id"]?.string.map { "told to the route by record \($0)" } ?? "which was told before"
    console.print("\(receipt.delivery.rawValue), \(told)" + (receipt.reason.map { ": \($0)" } ?? ""))
  }
  return isDelivered ? statusDone : statusFailed
}
