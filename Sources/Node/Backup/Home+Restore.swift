import Ceremony
import Exchange
import Glibc
import Sodium
import Store
import Terms

extension Home {
  /// Makes a home of a backup, on any machine. All of the backup is read and checked before anything has the home's name; the records
  /// are marked as put back, so that the node asks its neighbours what they hold before it signs again.
  /// - Parameters:
  ///   - source: how the storage key is kept from now on.
  ///   - work: the work of a storage passphrase.
  /// - Throws: `BackupError`; then there is no home.
  public static func restore(
    _ file: String, to path: String, passphrase: borrowing SecretBytes, storage source: StorageKeySource,
    work: PassphraseWork, _ entropy: some Entropy, now: Instant
  ) throws(BackupError) -> (home: Home, about: BackupAbout) {
    let path = Files.withoutLastSlash(path)
    if Files.exists(path) {
      do throws(HomeError) {
        guard try Files.isEmptyFolder(path) else { throw .exists(path) }
      } catch {
        if case .exists = error { throw .homeExists(path) }
        throw .home(error)
      }
    }
    let opener = try BackupOpener(file, passphrase: passphrase)
    let storage = try opener.storageKey()
    let building = "\(path).restore-\(entropy.bytes(8).hex)"
    do throws(BackupError) {
      let about = try unpack(opener, into: building)
      do throws(HomeError) {
        try keep(storage, source, in: building, about, work: work, entropy)
        let home = try open(building)
        guard home.config.country == about.country, home.config.realm == about.realm else {
          throw .damaged(file, problem: "it holds another country's home than it says")
        }
        // The keys must open with the storage key and be those of the newest card.
        _ = try home.keys(source)
        try home.keep(backup: BackupNote(about, byteCount: opener.byteCount, digest: opener.digest()))
      } catch { throw .home(error) }
      do throws(StoreError) {
        let store = try SQLiteStore(path: "\(building)/store/istmo.db")
        defer { store.close() }
        try store.commit(Recovery(restored: now, made: about.made, entropy).mark)
      } catch { throw .store(error) }
      do throws(HomeError) {
        try Files.syncFolders(building)
        try Files.move(building, to: path)
        return (try open(path), about)
      } catch { throw .home(error) }
    } catch {
      Files.removeTree(building)
      throw error
    }
  }

  private static func unpack(_ opener: BackupOpener, into path: String) throws(BackupError) -> BackupAbout {
    do throws(HomeError) {
      for folder in ["", "/keys", "/roots", "/cards", "/agreements", "/ceremonies", "/topology", "/store"] {
        try Files.makeFolder(path + folder)
      }
    } catch { throw .home(error) }
    let sink = UnpackingSink(path)
    var items = BackupItems(opener.path)
    while let piece = try opener.next() { try items.add(piece, sink) }
    do throws(BackupError) { try items.finish() } catch {
      throw .damaged(opener.path, problem: "its items have no end")
    }
    guard let about = items.about else { throw .damaged(opener.path, problem: "it does not say what it is of") }
    return about
  }

  /// Puts the storage key where it is to be from now on, and says so in the settings.
  private static func keep(
    _ storage: borrowing SymmetricKey, _ source: StorageKeySource, in home: String, _ about: BackupAbout,
    work: PassphraseWork, _ entropy: some Entropy
  ) throws(HomeError) {
    try StorageKey.keep(
      storage, source, in: "\(home)/keys", subject: "\(about.realm)/\(about.country)", work: work, entropy)
    let file = "\(home)/config"
    let bytes = try Files.read(file, longest: HomeConfig.longest, what: "the settings")
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    let changed = lines.map { line in
      line.drop { $0 == " " || $0 == "\t" }.hasPrefix("storage-key")
        ? "storage-key = \(source.kind.rawValue)" : String(line)
    }
    try Files.write(Array(changed.joined(separator: "\n").utf8), to: file)
  }
}

/// Writes the files of a backup where the home is being made.
private final class UnpackingSink: BackupSink {
  private let home: String
  private var descriptor: Int32 = -1
  private var path = ""
  private var image: StoreImage?
  private var made = Instant.earliest

  init(_ home: String) { self.home = home }

  deinit { if descriptor >= 0 { close(descriptor) } }

  func about(_ about: BackupAbout) { made = about.made }

  func beginFile(_ relative: String) throws(BackupError) {
    path = "\(home)/\(relative)"
    guard !BackupSource.left.contains("/\(relative)"), !relative.hasPrefix("store/istmo.db") else {
      throw .damaged(path, problem: "a backup does not hold it")
    }
    var folder = home
    do throws(HomeError) {
      for name in relative.split(separator: "/").dropLast() {
        folder += "/\(name)"
        try Files.makeFolder(folder)
      }
    } catch { throw .home(error) }
    descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw BackupError.failure(path, "cannot write") }
  }

  func beginStore() throws(BackupError) {
    do throws(StoreError) { image = try StoreImage(path: "\(home)/store/istmo.db") } catch { throw .store(error) }
  }

  func part(_ bytes: ArraySlice<UInt8>) throws(BackupError) {
    if let image {
      do throws(StoreError) { try image.add(Array(bytes)) } catch { throw .store(error) }
    } else if !bytes.withUnsafeBytes({ WholeWrite.write($0, to: descriptor) }) {
      throw BackupError.failure(path, "cannot write")
    }
  }

  func endFile() throws(BackupError) {
    if let image {
      do throws(StoreError) { try image.finish() } catch { throw .store(error) }
      self.image = nil
    } else {
      // An attachment is as old as it was: it goes when its record does, and is not taken for one that came just now.
      let time = timespec(tv_sec: Int(made.seconds), tv_nsec: 0)
      guard futimens(descriptor, [time, time]) == 0, fsync(descriptor) == 0 else {
        throw BackupError.failure(path, "cannot write")
      }
      close(descriptor)
      descriptor = -1
    }
  }
}
