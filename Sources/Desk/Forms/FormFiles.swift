import Catalog
import Exchange
import HTTP
import Node
import Synchronization
import Terms

/// What became of the files that came with a form, by the place of their digest.
struct FormFiles: Sendable {
  /// What became of one.
  enum Fate: Sendable {
    case kept(Digest, byteCount: UInt64, FileKind)
    case refused(Refusal)
  }

  private(set) var fates: [String: Fate] = [:]

  /// No file.
  init() {}

  fileprivate mutating func put(_ fate: Fate, at place: String) { fates[place] = fate }

  /// Fills digests, sizes and media types in.
  /// - Returns: what is wrong with the files that were not kept.
  func fill(_ form: inout RecordForm, of definition: Definition) -> [Refusal] {
    var refusals: [Refusal] = []
    for (place, fate) in fates.sorted(by: { $0.key < $1.key }) {
      switch fate {
      case .kept(let digest, let byteCount, let kind):
        form.values[place] = digest.description
        if let field = definition.fileField(at: place), let besides = definition.besides(field) {
          if definition.field(besides.bytes) != nil { form.values[besides.bytes] = "\(byteCount)" }
          if definition.field(besides.mediaType) != nil { form.values[besides.mediaType] = kind.rawValue }
        }
      case .refused(let refusal): refusals.append(refusal)
      }
    }
    return refusals
  }
}

/// The files of one form on their way to the disk: the form goes on when all of them are durable, or refused.
final class FormFileIntake: Sendable {
  private struct State {
    var files = FormFiles()
    var underWay = 0
    var done: (@Sendable (FormFiles) -> Void)?
  }

  private let node: Installation
  private let caller: Caller
  private let state = Mutex(State())

  init(_ node: Installation, _ caller: Caller) { (self.node, self.caller) = (node, caller) }

  /// Takes a file for a place.
  func sink(for place: String, of field: Field) -> any StreamedForm.Sink {
    state.withLock { $0.underWay += 1 }
    return FormFileSink(place, field, node, caller) { [self] fate in took(fate, for: place) }
  }

  /// Goes on with what became of the files when that is known of all.
  func whenDone(_ done: @escaping @Sendable (FormFiles) -> Void) {
    let files = state.withLock { state -> FormFiles? in
      if state.underWay == 0 { return state.files }
      state.done = done
      return nil
    }
    if let files { done(files) }
  }

  private func took(_ fate: FormFiles.Fate, for place: String) {
    let (files, done) = state.withLock { state in
      state.files.put(fate, at: place)
      state.underWay -= 1
      return (state.files, state.underWay == 0 ? state.done.take() : nil)
    }
    done?(files)
  }
}

/// One file of a form: its kind is told by how it begins, then it is streamed to the disk.
private final class FormFileSink: StreamedForm.Sink {
  private enum State {
    case beginning([UInt8])
    case flowing(AttachmentIntake)
    /// It was refused: what still comes is thrown away.
    case over
  }

  private let place: String
  private let field: Field
  private let node: Installation
  private let caller: Caller
  private let took: @Sendable (FormFiles.Fate) -> Void
  private let state = Mutex(State.beginning([]))

  init(
    _ place: String, _ field: Field, _ node: Installation, _ caller: Caller,
    took: @escaping @Sendable (FormFiles.Fate) -> Void
  ) {
    (self.place, self.field, self.node, self.caller, self.took) = (place, field, node, caller, took)
  }

  func receive(_ bytes: [UInt8]) -> Bool {
    switch state.withLock({ $0 }) {
    case .over: return true
    case .flowing(let intake): return bytes.withUnsafeBytes { intake.receive($0) }
    case .beginning(let before):
      let first = before + bytes
      guard first.count >= FileKind.toldBy else {
        state.withLock { $0 = .beginning(first) }
        return true
      }
      return begin(first)
    }
  }

  func finish() {
    if case .beginning(let bytes) = state.withLock({ $0 }) { _ = begin(bytes) }
    if case .flowing(let intake) = state.withLock({ $0 }) { intake.finish() }
    // The intake holds what hears of its end, which holds this.
    state.withLock { $0 = .over }
  }

  func cancel() {
    if case .flowing(let intake) = state.withLock({ $0 }) { intake.cancel() }
    state.withLock { $0 = .over }
  }

  private func begin(_ first: [UInt8]) -> Bool {
    let permitted = FileKind.permitted(in: field.name)
    guard let kind = FileKind(Array(first.prefix(FileKind.toldBy))), permitted.contains(kind) else {
      let words = permitted.map(\.word).joined(separator: ", ")
      refuse(Refusal(field: place, problem: "the file is none of \(words)", whatToDo: "choose a file of these kinds"))
      return true
    }
    let intake = node.formAttachmentIntake(resume: { [caller] in caller.resume() }) { [self] result in
      switch result {
      case .success(let blob): took(.kept(blob.digest, byteCount: blob.byteCount, kind))
      case .failure(let problem): took(.refused(words(problem)))
      }
    }
    state.withLock { $0 = .flowing(intake) }
    return first.withUnsafeBytes { intake.receive($0) }
  }

  private func refuse(_ refusal: Refusal) {
    state.withLock { $0 = .over }
    took(.refused(refusal))
  }

  private func words(_ problem: AttachmentIntake.Problem) -> Refusal {
    switch problem {
    case .tooLong:
      return Refusal(field: place, problem: "the file is longer than 100 MiB", whatToDo: "choose a smaller one")
    case .empty, .otherContent:
      return Refusal(field: place, problem: "the file is empty", whatToDo: "choose another file")
    case .store(let error):
      if case .full = error {
        return Refusal(
          field: place, problem: "the disk has no room for the file",
          whatToDo: "store the record without it, or tell the national operator")
      }
      node.log(.error, "desk", "a form's file was not kept: \(error)")
      return Refusal(field: place, problem: "the file could not be kept", whatToDo: "send it again in a moment")
    }
  }
}
