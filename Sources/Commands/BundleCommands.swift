import Catalog
import HTTP
import Node
import Terms

let bundleCommands: [Command] = [
  Command(
    "bundle export", summary: "writes what a neighbour has no receipt for, to carry by hand",
    options: [
      homeOption, .flag("--json"), .needed("--to", "CC"), .needed("--out", "F"),
      .value("--storage-passphrase-file", "F"),
    ], run: exportBundle),
  Command(
    "bundle import", "F", summary: "takes a neighbour's bundle",
    options: [homeOption, .flag("--json"), .value("--storage-passphrase-file", "F")], positionals: 1...1,
    run: importBundle),
]

@Sendable private func exportBundle(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  let country: CountryCode
  do { country = try CountryCode(try arguments.needed("--to")) } catch { throw UsageError("\(error)") }
  let out = try arguments.needed("--out")
  let access = try NodeAccess(arguments, console)
  defer { access.close() }
  let bytes = try access.bytes(
    .init(.get, "/v1/bundle", query: [("to", country.description)]), limit: BundleFile.longest)
  let bundle = try BundleFile(bytes)
  try OutputFile.write(bytes, to: out)
  if arguments.flag("--json") {
    console.print([
      "file": .text(out), "to": .text(country.description), "messages": .number(Int64(bundle.messages.count)),
      "bytes": .number(Int64(bytes.count)),
    ])
    return statusDone
  }
  console.print("\(out): \(bundle.messages.count) messages, \(bytes.count) bytes, sealed for \(country)")
  console.print(
    "at \(country): istmo bundle import \(out), then istmo bundle export --to \(bundle.from) brings receipts back")
  return statusDone
}

@Sendable private func importBundle(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  let bytes = try InputFile.read(arguments.positionals[0], longest: BundleFile.longest)
  let access = try NodeAccess(arguments, console)
  defer { access.close() }
  let result = try access.json(.init(.post, "/v1/bundle"), upload: .bytes(bytes))
  if arguments.flag("--json") {
    console.print(result)
  } else {
    for stream in result.items("streams") {
      console.print(
        "\(stream.text("stream")): \(stream.text("before")) -> \(stream.text("after")) entries, receipt \(stream.text("receipt"))"
      )
    }
  }
  var status = statusDone
  for stream in result.items("streams") {
    if let problem = stream["problem"]?.string, !problem.isEmpty {
      console.complain("\(stream.text("stream")): \(problem)")
      status = statusFailed
    }
  }
  return status
}
