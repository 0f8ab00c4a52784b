import Foundation
import Testing

/// Tables as a ministry's clerk sends them: out of a spreadsheet, wrong here and there, corrected and sent again.
@Suite struct TableTests {
  @Test func aTableIsPublishedItsRejectedRowsCorrectedAndTheRecordsExportedAgain() async throws {
    let pair = try await Pair(agreed: false)
    let node = try await pair.a.start()
    // As a spreadsheet in Spanish writes it: semicolons, a mark, its own names of columns, one of which says nothing to us.
    let header = "Hecho;document.number;Apellidos;given_names;birth_date;vehicle.text;reference;Observación\r\n"
    func row(_ number: Int, surname: String = "Núñez", birth: String = "1974-08-12") -> String {
      "departure;A0000000\(number);\"\(surname)\";Ana;\(birth);P 12\(number);R-\(number);\"dice: \"\"ok\"\";\"\r\n"
    }
    let latin = Array("departure;A00000003;N".utf8) + [0xFA] + Array("ez;Ana;1974-08-12;P 123;R-3;\r\n".utf8)
    let table =
      [0xEF, 0xBB, 0xBF] + Array((header + row(1) + row(2, birth: "12/08/1974")).utf8) + latin
      + Array("departure;x\r\n".utf8)
      + Array(row(5, surname: "O'Neill").utf8)
    let file = try pair.folder.write(table, "salidas.csv")
    let rejected = "\(pair.folder.path)/rechazadas.csv"
    let options = [
      "--csv", "--map", "Hecho=event", "--map", "Apellidos=surname", "--map", "Observación=", "--set",
      "crossing=GT-SV/la-hachadura", "--set", "post=GT-SV/la-hachadura/SV", "--set", "from=SV", "--set", "to=GT",
      "--set",
      "time=2026-11-24T08:03:22-06:00", "--set", "document.kind=passport", "--set", "document.country=SV", "--set",
      "sex=F",
      "--set", "nationality=SV", "--set", "vehicle.country=SV", "--set", "decision=admit", "--home", pair.a.home,
    ]
    let said = try await Istmo.run(["publish", "migration", file, "--rejected", rejected] + options)
    #expect(said.output == "accepted 2, duplicates 0, refused 3\n", "\(said.output)\(said.errors)")
    #expect(said.ending == .exit(1))
    let lines = said.errors.split(separator: "\n").sorted()
    #expect(lines.count == 3)
    #expect(lines.contains { $0.hasPrefix("line 3: birth_date: ") }, "\(said.errors)")
    #expect(lines.contains { $0.hasPrefix("line 4: line: column 3 is not UTF-8, perhaps Latin-1; save the file as") })
    #expect(lines.contains { $0.hasPrefix("line 5: line: 2 cells where the header has 8; ") }, "\(said.errors)")
    #expect(lines.contains { $0.hasSuffix("(line 4 of \(rejected))") })

    // The rejected rows stand in a table of the same columns with the reasons beside them; corrected there, they are taken.
    let text = pair.folder.text("rechazadas.csv")
    #expect(text.hasPrefix(header.dropLast() + ";_line;_field;_problem;_remedy\r\n"), "\(text)")
    let permissions = try FileManager.default.attributesOfItem(atPath: rejected)[.posixPermissions] as? Int
    #expect(permissions == 0o600)
    let corrected = text.split(separator: "\r\n").filter { !$0.contains(";line;") }
      .map { $0.replacing("12/08/1974", with: "1974-08-12") }.joined(separator: "\r\n")
    let again = try pair.folder.write(Array(corrected.utf8), "corregidas.csv")
    let second = try await Istmo.run(["publish", "migration", again] + options)
    #expect(second.output == "accepted 1, duplicates 0, refused 0\n", "\(second.output)\(second.errors)")

    // What is there already is left alone: it may be the one that is being sent.
    let third = try await Istmo.run(["publish", "migration", rejected, "--rejected", rejected] + options)
    #expect(third.ending == .exit(1) && third.errors.contains("is there already; name a file that is not"))

    // The records come out as a table that can be published as it is.
    let exported = try await pair.a.istmo(
      "query", "migration", "--csv", "--officer", "of-1", "--purpose", "export", "--role", "auditor")
    #expect(exported.ending == .exit(0), "\(exported.errors)")
    #expect(exported.output.split(separator: "\r\n").count == 4)
    #expect(exported.errors.hasPrefix("found 3\n"))
    let out = try pair.folder.write(Array(exported.output.utf8), "exportado.csv")
    let known = try await pair.a.istmo("publish", "migration", out, "--csv")
    #expect(known.output == "accepted 0, duplicates 3, refused 0\n", "\(known.output)\(known.errors)")
    #expect(await node.stop() == .exit(0))
  }

  @Test func aHeaderThatIsNotUnderstoodIsRefusedBeforeAnythingIsSent() async throws {
    let pair = try await Pair(agreed: false)
    for (text, words) in [
      ("", "the table is empty"), ("evento,otra\n", "the header: column 1: migration has no field \"evento\""),
      ("\"abierta\n", "line 1: column 1 begins with a quote that does not end"),
    ] {
      let said = try await pair.a.istmo("publish", "migration", "--csv", input: Array(text.utf8))
      #expect(said.ending == .exit(1))
      #expect(said.errors.contains(words), "\(said.errors)")
    }
    let said = try await pair.a.istmo("publish", "migration", "--map", "a=b", input: [])
    #expect(said.ending == .exit(2) && said.errors.contains("--map goes with --csv"))
  }
}
