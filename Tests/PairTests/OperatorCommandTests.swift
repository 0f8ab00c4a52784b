import Catalog
import Foundation
import Testing

/// What two operators decide by the command line, and what the operators' log tells of who acted alone.
@Suite struct OperatorCommandTests {
  @Test func oneProposesAnotherConfirmsAndNobodyActsAloneWhereTheHomeSaysSo() async throws {
    let pair = try await Pair(agreed: false)
    let (side, path) = (pair.b, pair.folder.path)
    for (id, role) in [("ana", "node-operator"), ("luis", "node-operator"), ("eva", "committee")] {
      try pair.folder.write("una frase bastante larga de \(id)".utf8, id)
      let words = ["officer", "add", id, "--name", id, "--role", role, "--password-file", "\(path)/\(id)"]
      try await Istmo.run(words + ["--home", side.home]).mustSucceed("officer add")
    }
    func run(_ id: String, _ words: String..., password: String? = nil) async throws -> Istmo.Said {
      let identity = ["--operator", id, "--password-file", "\(path)/\(password ?? id)", "--home", side.home]
      return try await Istmo.run(["operators"] + words + identity)
    }
    func refused(_ said: Istmo.Said, _ what: String, status: Int32 = 1) {
      #expect(said.ending == .exit(status) && said.errors.contains(what), "\(said.output)\(said.errors)")
    }
    let keys = { try await side.istmo("key", "show").output }

    let proposal = try await run("ana", "propose", "disable-key", "log", "--reason", "clave robada")
    #expect(proposal.output.hasPrefix("proposal 4: stop using this node's log key"), "\(proposal.errors)")
    #expect(try await !keys().contains("clave robada"))
    refused(try await run("ana", "confirm", "4"), "another operator must")
    refused(try await run("eva", "confirm", "4"), "no officer who may operate")
    refused(try await run("luis", "withdraw", "4"), "only who proposed it")
    refused(try await run("luis", "confirm", "4", password: "ana"), "wrong password")
    refused(try await run("luis", "propose", "erase", "SV", "--reason", "x"), "there is no act", status: 2)
    try await run("luis", "confirm", "4").mustSucceed("confirm")
    #expect(try await keys().contains("disabled   log: clave robada"))

    // Alone, and noted as that; then only where the home does not refuse it.
    try await side.istmo("key", "enable", "log", "--reason", "clave hallada").mustSucceed("enable")
    refused(try await side.istmo("key", "enable", "log"), "in use")
    let config = "\(side.home)/config"
    let text = try String(contentsOfFile: config, encoding: .utf8)
    try (text + "acts-alone = refused\n").write(toFile: config, atomically: false, encoding: .utf8)
    refused(try await side.istmo("key", "disable", "log", "--reason", "x"), "two operators must decide")
    #expect(try await !keys().contains("disabled"))

    let kept = "\(path)/kept"
    let log = try await side.istmo("operators", "--checkpoint", kept)
    for line in [
      "account ana: added", "ana: proposes to stop using this node's log key; reason: clave robada", "luis: confirms 4",
      "the node: did 4", "alone: use this node's log key again; reason: clave hallada",
      "7 lines, every signature holds",
    ] { #expect(log.output.contains(line), "\(line): \(log.output)\(log.errors)") }
    let verified = try await side.istmo("verify")
    #expect(verified.ending == .exit(0) && verified.output.contains("7 lines of the operators' log"))

    // Who cuts the end off is found by whoever kept the checkpoint; who alters a line, by everybody.
    let file = URL(filePath: "\(side.home)/operators")
    let bytes = [UInt8](try Data(contentsOf: file))
    #expect(bytes.firstRange(of: Array("clave robada".utf8)) == nil)
    let cut = try #require(bytes.dropLast().lastIndex(of: 0x0A))
    try Data(bytes[...cut]).write(to: file)
    #expect(try await side.istmo("operators").ending == .exit(0))
    refused(try await side.istmo("operators", "--since", kept), "lines are missing")
    var altered = bytes
    altered[cut - 30] ^= 1
    try Data(altered).write(to: file)
    refused(try await side.istmo("operators"), "line 6")
    let unclean = try await side.istmo("verify")
    #expect(unclean.ending == .exit(1) && unclean.errors.contains("operators' log"))
    try Data(bytes).write(to: file)
    #expect(try await side.istmo("operators", "--since", kept).errors.contains("the log begins with the 7 lines"))
    refused(try await pair.a.istmo("operators", "--since", kept), "not one of this country's")
  }
}
