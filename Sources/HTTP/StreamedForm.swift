import Synchronization

/// Takes a form with files (`multipart/form-data`) whose files go straight to where they belong, piece by piece in bounded memory; the
/// other fields are collected.
///
/// A file's bytes begin only after `begin` has seen the fields before it, so a page puts what proves its form before its files.
public final class StreamedForm: Handler {
  /// Takes the bytes of one file.
  public protocol Sink: Sendable {
    /// Takes more. False: nothing more before `Caller.resume`.
    func receive(_ bytes: [UInt8]) -> Bool
    /// The form is whole: the file is to be kept. Afterwards the sink says what became of it, through what it was made with.
    func finish()
    /// The sender went away, or the form was refused.
    func cancel()
  }

  /// How much a form brings at most.
  public struct Bounds: Sendable {
    /// Bytes of all fields that are no files, names included.
    public var fieldBytes: Int
    /// Fields that are no files.
    public var fields: Int
    /// Files that are not empty.
    public var files: Int
    /// Bytes of each file; what goes beyond is for the sink to refuse, this bounds the whole upload.
    public var fileBytes: UInt64

    /// Bounds of a form.
    public init(fieldBytes: Int, fields: Int, files: Int, fileBytes: UInt64) {
      (self.fieldBytes, self.fields, self.files, self.fileBytes) = (fieldBytes, fields, files, fileBytes)
    }

    /// The longest upload: heads of parts and boundaries included.
    var whole: UInt64 {
      let overhead = UInt64(clamping: (fields + files) * (Multipart.longestHead / 8) + fieldBytes)
      return fileBytes.multipliedReportingOverflow(by: UInt64(clamping: files)).partialValue
        .addingReportingOverflow(overhead).partialValue
    }
  }

  /// Begins a file of a field, given its name as the browser has it and the fields that came before: gives its sink, or the answer to the
  /// whole form.
  public typealias Begin =
    @Sendable (_ field: String, _ file: String, _ before: [(name: String, value: String)])
    -> Result<any Sink, Problem>

  private let caller: Caller
  private let bounds: Bounds
  private let begin: Begin
  private let refused: @Sendable (Problem) -> Response
  private let done: @Sendable ([(name: String, value: String)]) -> Void
  // Calls to a handler come one after another, so nothing else touches these.
  nonisolated(unsafe) private var reader: Multipart?
  nonisolated(unsafe) private var fields: [(name: String, value: String)] = []
  nonisolated(unsafe) private var fieldBytes = 0
  nonisolated(unsafe) private var files = 0
  nonisolated(unsafe) private var received: UInt64 = 0
  nonisolated(unsafe) private var part = Part.none
  /// The files that came whole. Nothing becomes of them before the form did.
  nonisolated(unsafe) private var whole: [any Sink] = []

  private enum Part {
    case none
    case field(String, [UInt8])
    /// A file of which no byte came yet: one that was not chosen never has any.
    case announced(field: String, file: String)
    case file(any Sink)
  }

  /// A form; `done` gets its fields when all came and every sink was told to finish, and answers now or later. `refused` makes the answer
  /// of what is wrong.
  public init(
    _ request: Request, _ caller: Caller, bounds: Bounds, begin: @escaping Begin,
    refused: @escaping @Sendable (Problem) -> Response = { $0.response },
    done: @escaping @Sendable ([(name: String, value: String)]) -> Void
  ) {
    (self.caller, self.bounds, self.begin, self.refused, self.done) = (caller, bounds, begin, refused, done)
    reader = Multipart(request, mostParts: bounds.fields + bounds.files + Multipart.mostParts)
    if reader == nil {
      caller.answer(
        refused(Problem(status: 415, detail: "send the form as multipart/form-data, as a browser does")))
    } else if let length = request.contentLength, length > bounds.whole {
      tooLong()
    }
  }

  /// Takes the piece apart.
  public func receive(_ piece: UnsafeRawBufferPointer) -> Flow {
    received += UInt64(piece.count)
    guard reader != nil else { return .more }
    guard received <= bounds.whole else {
      tooLong()
      return .more
    }
    var flow = Flow.more
    do throws(Multipart.Fault) {
      for event in try reader?.receive(piece) ?? [] where reader != nil {
        if !take(event) { flow = .pause }
      }
    } catch { refuse(Problem(status: 400, detail: error.description)) }
    // Who was refused waits for nothing any more.
    return reader == nil ? .more : flow
  }

  /// Hands the form over.
  public func finish() {
    guard let reader else { return }
    do throws(Multipart.Fault) { try reader.finish() } catch {
      return refuse(Problem(status: 400, detail: error.description))
    }
    self.reader = nil
    for sink in whole { sink.finish() }
    done(fields)
    (fields, whole) = ([], [])
  }

  /// Nothing of a form that broke off is kept.
  public func end(_ outcome: Outcome) { cancel() }

  private func cancel() {
    if case .file(let sink) = part { sink.cancel() }
    for sink in whole { sink.cancel() }
    (part, whole) = (.none, [])
  }

  /// Whether more may come now.
  private func take(_ event: Multipart.Event) -> Bool {
    switch event {
    case .part(let name, let file):
      part = file.map { .announced(field: name, file: $0) } ?? .field(name, [])
      fieldBytes += name.utf8.count
      guard file != nil || fields.count < bounds.fields, fieldBytes <= bounds.fieldBytes else { return tooLong() }
    case .content(let bytes):
      switch part {
      case .none: break
      case .field(let name, let content):
        fieldBytes += bytes.count
        guard fieldBytes <= bounds.fieldBytes else { return tooLong() }
        part = .field(name, content + bytes)
      case .announced(let field, let file):
        files += 1
        guard files <= bounds.files else { return tooLong() }
        switch begin(field, file, fields) {
        case .success(let sink):
          part = .file(sink)
          return sink.receive(bytes)
        case .failure(let problem): refuse(problem)
        }
      case .file(let sink): return sink.receive(bytes)
      }
    case .end:
      if case .file(let sink) = part { whole.append(sink) }
      if case .field(let name, let content) = part {
        guard let text = String(validating: content, as: UTF8.self), !content.contains(0) else {
          refuse(Problem(status: 400, detail: "a field of the form is no text in UTF-8"))
          return true
        }
        fields.append((name, text))
      }
      part = .none
    }
    return true
  }

  private func refuse(_ problem: Problem) {
    reader = nil
    cancel()
    fields = []
    caller.answer(refused(problem))
  }

  @discardableResult private func tooLong() -> Bool {
    refuse(Problem(status: 413, detail: "the form is longer than a record and its files may be; send less"))
    return true
  }
}
