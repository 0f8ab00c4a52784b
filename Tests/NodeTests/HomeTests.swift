import Ceremony
import Foundation
import Glibc
import Ledger
import Node
import Sodium
import Terms
import Testing

@Suite struct HomeTests {
  private func refusal(_ body: () throws -> Void) -> HomeError? {
    do { try body() } catch { return error as? HomeError }
    return nil
  }

  @Test func aNewHomeOpensWithItsKeysItsCardAndItsTopology() throws {
    let scratch = try Scratch()
    let home = try scratch.home()
    let again = try Home.open(home.path + "//")
    #expect(again == home)
    let card = try again.card()
    try card.verify(root: home.root, now: Scratch.now)
    let keys = try again.keys(.file)
    #expect(keys.ring.log.verifyingKey == card.logVerifyingKey)
    #expect(keys.transport.publicKey == card.transportKey)
    #expect(try again.topology() == Scratch.topology)
    #expect(try again.rootKeyFile().open(passphrase: Scratch.phrase()).noteKey == home.root)
    #expect(try again.partners().isEmpty && again.ceremonies().isEmpty)
  }

  @Test func everyFileIsTheOwnersAlone() throws {
    let scratch = try Scratch()
    let home = try scratch.home()
    let paths = try #require(FileManager.default.subpaths(atPath: home.path))
    #expect(paths.count > 15)
    for path in paths.map({ "\(home.path)/\($0)" }) + [home.path] {
      var status = stat()
      #expect(lstat(path, &status) == 0)
      #expect(status.st_mode & 0o7777 == (status.st_mode & S_IFMT == S_IFDIR ? 0o700 : 0o600), "\(path)")
    }
  }

  @Test func aHomeThatOthersCanReadIsRefusedWithTheCommandThatMendsIt() throws {
    let scratch = try Scratch()
    let home = try scratch.home()
    let key = "\(home.path)/keys/log.key"
    chmod(key, 0o640)
    #expect(refusal { _ = try Home.open(home.path) } == .permissions(key, mode: 0o640, isFolder: false))
    #expect(refusal { _ = try Home.open(home.path) }?.description.hasSuffix("run: chmod 600 '\(key)'") == true)
    chmod(key, 0o600)
    let folder = "\(home.path)/agreements"
    chmod(folder, 0o755)
    #expect(refusal { _ = try Home.open(home.path) }?.description.hasSuffix("run: chmod 700 '\(folder)'") == true)
    chmod(folder, 0o700)
    chmod(home.path, 0o711)
    #expect(refusal { _ = try Home.open(home.path) } == .permissions(home.path, mode: 0o711, isFolder: true))
    chmod(home.path, 0o700)
    #expect(refusal { _ = try Home.open(home.path) } == nil)
  }

  @Test func aFileOfAnotherUserIsRefused() throws {
    guard geteuid() == 0 else { return }  // only root can give files away
    let scratch = try Scratch()
    let home = try scratch.home()
    chown("\(home.path)/config", 1, 1)
    #expect(refusal { _ = try Home.open(home.path) } == .owner("\(home.path)/config", found: 1, expected: 0))
  }

  @Test func linksAndPipesInAHomeAreRefused() throws {
    let scratch = try Scratch()
    let home = try scratch.home()
    let key = "\(home.path)/keys/log.key"
    rename(key, "\(scratch.folder)/log.key")
    symlink("\(scratch.folder)/log.key", key)
    #expect(refusal { _ = try Home.open(home.path) } == .link(key))
    #expect(refusal { _ = try home.keys(.file) } == .link(key))
    unlink(key)
    mkfifo(key, 0o600)
    #expect(refusal { _ = try Home.open(home.path) } == .notAFile(key))
    #expect(refusal { _ = try home.keys(.file) } == .notAFile(key))
  }

  @Test func aPathWithAQuoteIsQuotedForTheShell() {
    let error = HomeError.permissions("/a'b/x y", mode: 0o644, isFolder: false)
    #expect(error.description.hasSuffix("chmod 600 '/a'\\''b/x y'"))
  }

  @Test func aHomeIsMadeWholeOrNotAtAll() throws {
    let scratch = try Scratch()
    #expect(refusal { _ = try scratch.home(topology: ["../x": []]) } == .badName("../x"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.folder).isEmpty)
    let home = try scratch.home()
    #expect(refusal { _ = try scratch.home() } == .exists(home.path))
    #expect(try Home.open(home.path) == home)
    for name in ["/etc/passwd", "a//b", "a/../b", ".hidden", "", "a b", "ü", String(repeating: "a", count: 201)] {
      #expect(refusal { try home.replaceTopology([name: []]) } != nil, "\(name)")
    }
  }

  @Test func aMissingOrEmptyFolderIsNoHome() throws {
    let scratch = try Scratch()
    #expect(refusal { _ = try Home.open("\(scratch.folder)/none") } == .missing("\(scratch.folder)/none"))
    mkdir("\(scratch.folder)/empty", 0o700)
    #expect(refusal { _ = try Home.open("\(scratch.folder)/empty") } == .missing("\(scratch.folder)/empty"))
  }

  @Test func oneProcessAtATimeHasAHome() throws {
    let scratch = try Scratch()
    let home = try scratch.home()
    var lock: HomeLock? = try home.lock()
    #expect(refusal { _ = try home.lock() } == .inUse(home.path, pid: getpid()))
    #expect(lock != nil)
    lock = nil
    #expect(refusal { _ = try home.lock() } == nil)
  }

  @Test func theLockClearsAwayWhatWasBeingWritten() throws {
    let scratch = try Scratch()
    let home = try scratch.home()
    let leftover = "\(home.path)/roots/.writing-7-GT.root"
    _ = FileManager.default.createFile(atPath: leftover, contents: Data([1]), attributes: [.posixPermissions: 0o600])
    _ = try Home.open(home.path)
    _ = try home.lock()
    #expect(!FileManager.default.fileExists(atPath: leftover))
  }

  @Test func theTopologyIsReplacedWholeAndAnAlteredFileIsNamed() throws {
    let scratch = try Scratch()
    let home = try scratch.home()
    let next: [String: [UInt8]] = ["central-america.toml": [1, 2], "datasets/a/b.toml": []]
    try home.replaceTopology(next)
    #expect(try home.topology() == next)
    let file = "\(try home.topologyPath())/central-america.toml"
    try Data([1, 3]).write(to: URL(fileURLWithPath: file))
    #expect(refusal { _ = try home.topology() } != nil)
    try home.replaceTopology(next)
    #expect(try home.topology() == next)
  }

  @Test func settingsAreReadWithTheLineThatIsWrong() throws {
    var config = HomeConfig(
      realm: try Realm("r"), country: try CountryCode("SV"), link: try ListenAddress("[::]:7411"),
      storageKey: .credential)
    #expect(try HomeConfig(text: config.text) == config)
    config.endpoints = [
      try CountryCode("GT"): try ListenAddress("127.0.0.1:4712"), try CountryCode("HN"): try ListenAddress("[::1]:9"),
    ]
    #expect(try HomeConfig(text: config.text) == config)
    config.deskProxy = "::1"
    #expect(try HomeConfig(text: config.text) == config)
    for name in ["proxy.example", "127.0.0.1:80", "127.0.0.1/8", ""] {
      #expect(throws: ConfigError.self) {
        _ = try HomeConfig(text: config.text.replacing("desk-proxy = ::1", with: "desk-proxy = \(name)"))
      }
    }
    config.deskProxy = nil
    config.deskSecondFactor = ["customs-supervisor", "node-operator"]
    #expect(try HomeConfig(text: config.text) == config)
    for roles in ["", ",", "king", "customs-supervisor king", "customs-supervisor, king"] {
      #expect(throws: ConfigError.self, "\(roles)") {
        _ = try HomeConfig(text: config.text.replacing("customs-supervisor, node-operator", with: roles))
      }
    }
    config.deskSecondFactor = []
    config.mayActAlone = false
    #expect(try HomeConfig(text: config.text) == config)
    #expect(throws: ConfigError.self) { _ = try HomeConfig(text: config.text.replacing("refused", with: "no")) }
    config.mayActAlone = true
    #expect(try HomeConfig(text: config.text.replacing("\n", with: "\r\n")) == config)
    for (old, new, line) in [
      ("country = SV", "country = sv", 2), ("country = SV", "colour = SV", 2), ("realm = r", "realm", 3),
      ("realm = r", "country = SV", 3), ("[::]:7411", "::7411", 5), ("[::]:7411", "[::]:70000", 5),
      ("country = SV\n", "", 1), ("credential\n", "none\n", 9),
      ("endpoint.GT", "endpoint.GTM", 11), ("127.0.0.1:4712", "127.0.0.1:0", 11), ("[::1]:9", "::1:9", 12),
      ("endpoint.HN", "endpoint.GT", 12), ("endpoint.HN", "endpoints.HN", 12),
    ] {
      do {
        _ = try HomeConfig(text: config.text.replacing(old, with: new))
        Issue.record("\(new) was taken")
      } catch { #expect(error.line == line, "\(new): \(error)") }
    }
  }

  @Test func anAlteredConfigIsNamedWithItsLine() throws {
    let scratch = try Scratch()
    let home = try scratch.home()
    let file = "\(home.path)/config"
    try Data("country = SV\nx = 1\n".utf8).write(to: URL(fileURLWithPath: file))
    chmod(file, 0o600)
    guard case .damaged(file, let problem) = refusal({ _ = try Home.open(home.path) }) else {
      Issue.record("not refused")
      return
    }
    #expect(problem.hasPrefix("line 2: unknown key"))
  }
}
