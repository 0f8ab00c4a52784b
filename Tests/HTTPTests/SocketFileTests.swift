import Foundation
import Glibc
import HTTP
import Testing

@Suite(.serialized)
struct SocketFileTests {
  private func mode(_ path: String) -> mode_t? {
    var status = stat()
    return lstat(path, &status) == 0 ? status.st_mode & 0o777 : nil
  }

  private func start(_ path: String) throws -> Server { try Server(.init(tcp: nil, unixPath: path), echo) { _ in } }

  @Test func theSocketIsForItsOwnerAlone() throws {
    let folder = try Folder()
    let path = folder.path + "/run/desk"
    let server = try start(path)
    #expect(mode(path) == 0o600)
    #expect(mode(folder.path + "/run") == 0o700)
    #expect(server.port == nil)
    server.stop()
    #expect(mode(path) == nil, "the file goes with the server")
  }

  @Test func aStaleSocketIsReplacedButALivingOneIsNot() throws {
    let folder = try Folder()
    let path = folder.path + "/run/desk"
    let first = try start(path)
    #expect(throws: ServerError.inUse(path)) { try start(path) }
    #expect(try Client(.unixSocket(path)).send(.init(.get, "/"), limit: 999).status == 200)
    // What a killed process leaves: a socket file that nobody listens on.
    let stale = folder.path + "/run/stale"
    #expect(link(path, stale) == 0)
    first.stop()
    let second = try start(stale)
    #expect(try Client(.unixSocket(stale)).send(.init(.get, "/"), limit: 999).status == 200)
    second.stop()
  }

  @Test func aFileThatIsNoSocketIsLeftAlone() throws {
    let folder = try Folder()
    let path = folder.path + "/desk"
    try "precious".write(toFile: path, atomically: false, encoding: .utf8)
    #expect(throws: ServerError.notASocket(path)) { try start(path) }
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "precious")
  }

  @Test func anOpenFolderIsRefused() throws {
    let folder = try Folder()
    chmod(folder.path, 0o755)
    #expect(throws: ServerError.folderOpen(folder.path, mode: 0o755)) { try start(folder.path + "/desk") }
  }

  @Test func aPathThatDoesNotFitIsRefused() throws {
    let path = "/tmp/" + String(repeating: "x", count: 120)
    #expect(throws: ServerError.pathTooLong(path, limit: 107)) { try start(path) }
  }

  @Test func aPortInUseAndAForeignAddressAreRefused() throws {
    let first = try Server(.init(), echo) { _ in }
    let port = try #require(first.port)
    #expect(throws: ServerError.inUse("127.0.0.1 port \(port)")) {
      try Server(.init(tcp: .loopback(port: port)), echo) { _ in }
    }
    #expect(throws: ServerError.self) { try Server(.init(tcp: .init(host: "192.0.2.1", port: 0)), echo) { _ in } }
    first.stop()
  }
}
