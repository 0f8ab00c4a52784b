import Foundation
import Programs
import Testing

@testable import Desk

/// The examples of Docs/API.md work as they stand there.
@Suite struct ExampleTests {
  @Test(arguments: [("python", "/usr/bin/python3"), ("sh", "/bin/bash")])
  func theExampleWorks(language: String, program: String) async throws {
    let desk = try TestDesk()
    let token = try desk.token("publish:migration", "lookup")
    let page = try String(contentsOfFile: "\(TestDesk.root)/Docs/API.md", encoding: .utf8)
    let parts = page.components(separatedBy: "```\(language)\n")
    try #require(parts.count == 2, "one example in \(language)")
    let code = try #require(parts[1].components(separatedBy: "\n```").first)
    let file = "\(desk.folder)/example"
    try Data(code.utf8).write(to: URL(filePath: file))
    let log = "\(desk.folder)/example.log"
    let words = ["URL=\(desk.url)", "TOKEN=\(token)", program, file]
    try await Python.away { try Child.run("/usr/bin/env", words, log: log) }
    let said = TextFile.read(log)
    let records = language == "sh" ? "\"accepted\":1" : "5 records, the newest of "
    #expect(said.contains(records), "\(said)")
    #expect(language != "sh" || said.contains("\"found\":1"), "\(said)")
  }
}
