import Ceremony
import Exchange
import Foundation
import Glibc
import Node
import Sodium
import Terms
import Testing

@Suite struct HomeKeysTests {
  private func refusal(_ body: () throws -> Void) -> HomeError? {
    do { try body() } catch { return error as? HomeError }
    return nil
  }

  private func secrets(_ keys: NodeKeys) -> [[UInt8]] {
    [
      keys.ring.log.withSeed { Array($0) }, keys.ring.receipt.withSeed { Array($0) },
      keys.ring.sealing.secret.withUnsafeBytes { Array($0) }, keys.ring.storage.secret.withUnsafeBytes { Array($0) },
      keys.ring.index.secret.withUnsafeBytes { Array($0) }, keys.transport.pair.secret.withUnsafeBytes { Array($0) },
    ]
  }

  @Test func noKeyIsPrintedDumpedMirroredOrEncoded() throws {
    let scratch = try Scratch()
    let keys = try scratch.home().keys(.file)
    var shown = "\(keys)" + String(describing: keys) + String(reflecting: keys)
    dump(keys, to: &shown)
    dump(keys.ring, to: &shown)
    for object in [keys as AnyObject, keys.ring] {
      shown += String(describing: Mirror(reflecting: object).children.map { "\($0)" })
    }
    #expect(Mirror(reflecting: keys).children.isEmpty)
    #expect(!(keys as Any is any Encodable) && !(keys.ring as Any is any Encodable))
    #expect(!JSONSerialization.isValidJSONObject(keys) && !JSONSerialization.isValidJSONObject([keys.ring]))
    for secret in secrets(keys) {
      let decimal = secret.map { String($0) }.joined(separator: ", ")
      for form in [secret.hex, secret.hex.uppercased(), Base64.encode(secret), decimal] {
        #expect(!shown.contains(form.prefix(16)))
      }
    }
  }

  @Test func noKeyIsInClearInAnyFileButTheStorageKeysOwn() throws {
    let scratch = try Scratch()
    let home = try scratch.home()
    let keys = try home.keys(.file)
    let root = try home.rootKeyFile().open(passphrase: Scratch.phrase())
    let all = secrets(keys) + [root.withSeed { Array($0) }]
    for path in try #require(FileManager.default.subpaths(atPath: home.path)) where path != "keys/storage.key" {
      let bytes = FileManager.default.contents(atPath: "\(home.path)/\(path)") ?? Data()
      for secret in all {
        #expect(bytes.range(of: Data(secret)) == nil, "\(path)")
        #expect(bytes.range(of: Data(secret.hex.utf8)) == nil, "\(path)")
      }
    }
  }

  @Test func theStorageKeyCanBeUnderAPassphrase() throws {
    let scratch = try Scratch()
    let right = try scratch.write(Array("disk words\n".utf8), "right")
    let wrong = try scratch.write(Array("disk word".utf8), "wrong")
    let home = try scratch.home(storage: .passphrase(file: right))
    #expect(home.config.storageKey == .passphrase)
    let keys = try home.keys(.passphrase(file: right))
    #expect(keys.ring.log.verifyingKey == (try home.card().logVerifyingKey))
    guard case .passphrase(.doesNotOpen) = refusal({ _ = try home.keys(.passphrase(file: wrong)) }) else {
      Issue.record("a wrong passphrase opened the keys")
      return
    }
    guard case .storageKey = refusal({ _ = try home.keys(.file) }) else {
      Issue.record("another way to keep the storage key was taken")
      return
    }
  }

  @Test func theStorageKeyCanBeASystemdCredential() throws {
    let scratch = try Scratch()
    let secret = scratch.entropy.bytes(32)
    let path = try scratch.write(secret, StorageKeySource.credentialName)
    let source = try StorageKeySource(.credential, environment: ["CREDENTIALS_DIRECTORY": scratch.folder])
    let home = try scratch.home(storage: source)
    #expect(!FileManager.default.fileExists(atPath: "\(home.path)/keys/storage.key"))
    _ = try home.keys(source)
    for text in [secret.hex, secret.hex.uppercased() + "\n"] {
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
      _ = try home.keys(source)
    }
    try Data(String(repeating: "x", count: 64).utf8).write(to: URL(fileURLWithPath: path))
    guard case .storageKey = refusal({ _ = try home.keys(source) }) else { Issue.record("not hexadecimal"); return }
    try Data([1, 2, 3]).write(to: URL(fileURLWithPath: path))
    #expect(refusal { _ = try home.keys(source) } != nil)
    #expect(refusal { _ = try StorageKeySource(.credential, environment: [:]) } != nil)
    #expect(refusal { _ = try StorageKeySource(.passphrase, environment: [:]) } != nil)
  }

  @Test func anAlteredSwappedOrForeignKeyFileIsNamed() throws {
    let scratch = try Scratch()
    let (home, other) = (try scratch.home("SV"), try scratch.home("GT"))
    let (log, receipt) = ("\(home.path)/keys/log.key", "\(home.path)/keys/receipt.key")
    let (logBytes, receiptBytes) = (
      try #require(FileManager.default.contents(atPath: log)),
      try #require(FileManager.default.contents(atPath: receipt))
    )
    func tryWith(_ bytes: Data) throws -> HomeError? {
      try bytes.write(to: URL(fileURLWithPath: log))
      return refusal { _ = try home.keys(.file) }
    }
    for position in stride(from: 0, to: logBytes.count, by: 7) {
      var flipped = logBytes
      flipped[position] ^= 1
      guard case .damaged(log, _) = try tryWith(flipped) else {
        Issue.record("byte \(position)")
        continue
      }
    }
    for bytes in [
      receiptBytes, Data(), logBytes.dropLast(), logBytes + [0],
      try #require(FileManager.default.contents(atPath: "\(other.path)/keys/log.key")),
    ] {
      guard case .damaged(log, _) = try tryWith(Data(bytes)) else {
        Issue.record("taken")
        continue
      }
    }
    #expect(try tryWith(Data(count: 1 << 20)) == .tooLong(log, limit: 1024))
    #expect(try tryWith(logBytes) == nil)
    unlink(log)
    guard case .noFile(log, _) = refusal({ _ = try home.keys(.file) }) else { Issue.record("missing"); return }
  }

  /// Index keys had 32 bytes. A home with one finds its records as it did: by the same numbers.
  @Test func anIndexKeyOfAnEarlierHomeOpens() throws {
    let scratch = try Scratch()
    let home = try scratch.home()
    let secret = scratch.entropy.bytes(32)
    let head = Array("istmo key v1\n\(home.config.realm)/\(home.config.country)/index\n".utf8)
    let ring = try home.keys(.file).ring
    let box = try ring.storage.sealSecret(SecretBytes(copying: secret), associatedData: head, scratch.entropy)
    try Data(head + box).write(to: URL(fileURLWithPath: "\(home.path)/keys/index.key"))
    let key = try home.keys(.file).ring.blindKey(
      dataset: try DatasetName("migration"), field: "document", value: Array("P123456".utf8))
    let hash = try SymmetricKey(SecretBytes(copying: secret)).keyedHash(Array("migration\0document\0P123456".utf8))
    #expect(key.bits == hash.prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
  }

  @Test func theRootKeyCanBeKeptElsewhereAndItsPassphraseChanged() throws {
    let scratch = try Scratch()
    let home = try scratch.home()
    let (here, there) = ("\(home.path)/keys/root.key", "\(scratch.folder)/stick.key")
    rename(here, there)
    _ = try Home.open(home.path)
    _ = try home.keys(.file)
    guard case .noFile = refusal({ _ = try home.rootKeyFile() }) else { Issue.record("found"); return }
    let file = try home.rootKeyFile(at: there)
    let changed = try file.changingPassphrase(
      from: Scratch.phrase(), to: Scratch.phrase("new"), work: .least(scratch.entropy), scratch.entropy)
    try home.replaceRootKeyFile(changed)
    #expect(try home.rootKeyFile().open(passphrase: Scratch.phrase("new")).noteKey == home.root)
    let other = try scratch.home("GT").rootKeyFile()
    #expect(refusal { try home.replaceRootKeyFile(other) } != nil)
  }

  @Test func theProcessForbidsDumps() {
    #expect(hardenProcess())
    var limit = rlimit()
    #expect(getrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit) == 0)
    #expect(limit.rlim_cur == 0 && limit.rlim_max == 0)
  }
}
