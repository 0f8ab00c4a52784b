import Glibc
import Officers
import Sodium
import Synchronization
import Terms

/// Officers' drafts on the disk, a sealed file for each officer, beside the store. Names of files are hashed under a key: nobody sees
/// from them whose they are.
public final class DraftBook: Sendable {
  private let folder: String
  private let keys: DraftKeys
  /// When what is over was looked for last; held while a file is changed.
  private let lastSweep = Mutex<Instant?>(nil)
  private static let sweepInterval: Int64 = 3_600_000

  /// The storage key's own for drafts, lent to no one else.
  private final class DraftKeys: Sendable {
    let storage: SymmetricKey
    let names: SymmetricKey
    init(_ storage: borrowing SymmetricKey) throws(SodiumError) {
      self.storage = try storage.derived("istmo desk drafts")
      names = try storage.derived("istmo names of drafts")
    }
  }

  /// The drafts in a folder, which is made when the first one is kept.
  init(folder: String, storage: borrowing SymmetricKey) throws(SodiumError) {
    self.folder = folder
    keys = try DraftKeys(storage)
  }

  /// An officer's drafts that still stand.
  /// - Throws: `HomeError` when they cannot be read.
  public func forms(of officer: String, at now: Instant) throws(HomeError) -> SavedForms {
    sweep(at: now)
    var forms = try read(officer)
    forms.expire(at: now)
    return forms
  }

  /// Changes an officer's drafts durably.
  /// - Throws: `HomeError` when they cannot be read or written; nothing is changed then.
  public func change<R>(
    of officer: String, at now: Instant, _ body: (inout SavedForms) -> R
  ) throws(HomeError) -> R {
    let result: Result<R, HomeError> = lastSweep.withLock { _ in
      do throws(HomeError) {
        var forms = try read(officer)
        forms.expire(at: now)
        let result = body(&forms)
        try write(forms, officer)
        return .success(result)
      } catch { return .failure(error) }
    }
    return try result.get()
  }

  private func path(_ officer: String) -> String {
    "\(folder)/\(keys.names.keyedHash(Array(officer.utf8), outputBytes: 32).hex)"
  }

  private func read(_ officer: String) throws(HomeError) -> SavedForms {
    let path = path(officer)
    guard Files.exists(path) else { return SavedForms() }
    let bytes = try Files.read(path, longest: SavedForms.longest, what: "an officer's drafts")
    guard let forms = SavedForms(sealed: bytes, officer: officer, storage: keys.storage) else {
      throw .damaged(path, problem: "it does not open with this home's storage key; remove it to begin anew")
    }
    return forms
  }

  private func write(_ forms: SavedForms, _ officer: String) throws(HomeError) {
    let path = path(officer)
    guard !forms.forms.isEmpty else {
      if Files.exists(path) { try Files.remove(path) }
      return
    }
    try Files.makeFolder(folder)
    let bytes: [UInt8]
    do { bytes = try forms.seal(officer: officer, storage: keys.storage, SystemEntropy()) } catch {
      throw .failed(path, operation: "cannot seal", reason: error.description)
    }
    try Files.write(bytes, to: path)
  }

  /// Removes files whose every draft is too old, though their officers never come back; now and then.
  private func sweep(at now: Instant) {
    lastSweep.withLock { last in
      if let last, abs(now.milliseconds(since: last)) < Self.sweepInterval { return }
      last = now
      for name in (try? Files.names(in: folder)) ?? [] {
        var status = stat()
        let path = "\(folder)/\(name)"
        guard stat(path, &status) == 0 else { continue }
        let written = Instant(milliseconds: Int64(status.st_mtim.tv_sec) * 1000)
        if now.milliseconds(since: written) >= SavedForms.age { try? Files.remove(path) }
      }
    }
  }
}
