import Foundation
import Testing

/// Officers by the command line.
@Suite struct OfficerCommandTests {
  @Test func officersAreAddedListedAndDisabledAndNothingOfThemLiesInClear() async throws {
    let pair = try await Pair(agreed: false)
    let home = pair.b
    try pair.folder.write("una frase bastante larga".utf8, "password")
    try pair.folder.write("corta".utf8, "short")
    let password = "\(pair.folder.path)/password"
    func add(
      _ id: String = "luis.paz", role: String = "migration-officer", post: String = "GT-SV/la-hachadura/GT",
      file: String = "password", dataset: String = "migration"
    ) async throws -> Istmo.Said {
      try await home.istmo(
        "officer", "add", id, "--name", "Luis Paz Ramírez", "--role", role, "--post", post, "--dataset", dataset,
        "--password-file", "\(pair.folder.path)/\(file)")
    }
    #expect(try await add(role: "king").errors.contains("there is no role king; there are auditor"))
    #expect(try await add(post: "GT-SV/la-hachadura/SV").errors.contains("is no post of GT"))
    #expect(try await add(file: "short").ending == .exit(2))
    #expect(try await add(dataset: "dreams").ending == .exit(2))
    #expect(try await add("Luis Paz").ending == .exit(2))
    #expect(try await home.istmo("officer", "list").output.isEmpty)
    #expect(try await add().ending == .exit(0))
    #expect(try await add().errors.contains("there is an officer luis.paz already"))

    try await home.istmo("officer", "disable", "luis.paz").mustSucceed("disable")
    let listed = try await home.istmo("officer", "list", "--json").json
    #expect(listed["name"]?.string == "Luis Paz Ramírez" && listed["disabled"]?.boolean == true)
    #expect(listed["password"] == nil)
    try await home.istmo("officer", "enable", "luis.paz").mustSucceed("enable")
    try await home.istmo("officer", "password", "luis.paz", "--password-file", password).mustSucceed("password")
    #expect(try await home.istmo("officer", "list", "--json").json["disabled"]?.boolean == false)
    #expect(try await home.istmo("officer", "disable", "nobody").ending == .exit(1))
    #expect(listed["second_factor"]?.boolean == false)
    #expect(try await home.istmo("officer", "totp", "luis.paz").output.contains("has no second factor"))
    try await home.istmo("officer", "totp", "luis.paz", "--reset").mustSucceed("totp --reset")
    #expect(try await home.istmo("officer", "totp", "nobody", "--reset").ending == .exit(1))

    // A committee is nowhere; who works at a post is told to name it.
    func without(_ id: String, _ role: String) async throws -> Istmo.Said {
      try await home.istmo("officer", "add", id, "--name", "Sin Puesto", "--role", role, "--password-file", password)
    }
    #expect(try await without("eva", "committee").output.contains("eva: committee without a post"))
    #expect(try await without("ana", "customs-officer").errors.contains("--post is needed"))
    #expect(try await home.istmo("officer", "list").output.contains("committee without a post"))

    let file = try Data(contentsOf: URL(filePath: "\(home.home)/officers"))
    for word in ["Luis", "luis.paz", "hachadura", "argon2id"] { #expect(file.range(of: Data(word.utf8)) == nil) }
  }
}
