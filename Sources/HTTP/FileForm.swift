/// A form that a browser posted with a file.
public struct FileForm: Sendable {
  /// Name and value of its fields, without the file, in order.
  public private(set) var fields: [(name: String, value: String)] = []
  /// The file as the browser named it, and its bytes; nil when none came.
  public private(set) var file: (name: String, bytes: [UInt8])?

  /// Bytes of one field that is no file.
  public static let longestField = 4 << 10

  /// The value of the first field of that name.
  public subscript(_ name: String) -> String? { fields.first { $0.name == name }?.value }

  fileprivate init() {}

  /// Collects a form with one file of at most `longest` bytes, refusing what is longer or malformed, then hands it over.
  public final class Collector: Handler {
    private let caller: Caller
    private let longest: Int
    private let done: @Sendable (FileForm) -> Void
    // Calls to a handler come one after another, so nothing else touches these.
    nonisolated(unsafe) private var reader: Multipart?
    nonisolated(unsafe) private var form = FileForm()
    nonisolated(unsafe) private var name = ""
    nonisolated(unsafe) private var fileName: String?
    nonisolated(unsafe) private var content: [UInt8] = []

    /// A collector; `done` answers now or later.
    public init(_ request: Request, _ caller: Caller, longest: Int, done: @escaping @Sendable (FileForm) -> Void) {
      (self.caller, self.longest, self.done) = (caller, longest, done)
      reader = Multipart(request)
      if reader == nil {
        caller.answer(Problem(status: 415, detail: "send the file as multipart/form-data, as a browser does"))
      } else if let length = request.contentLength, length > UInt64(clamping: longest + (64 << 10)) {
        tooLong()
      }
    }

    /// Takes the piece apart.
    public func receive(_ piece: UnsafeRawBufferPointer) -> Flow {
      do throws(Multipart.Fault) {
        for event in try reader?.receive(piece) ?? [] { take(event) }
      } catch { refuse(error) }
      return .more
    }

    /// Hands the form over.
    public func finish() {
      do throws(Multipart.Fault) {
        guard let reader else { return }
        try reader.finish()
        done(form)
      } catch { refuse(error) }
      (form, content) = (FileForm(), [])
    }

    private func take(_ event: Multipart.Event) {
      switch event {
      case .part(let name, let file): (self.name, fileName, content) = (name, file, [])
      case .content(let bytes):
        guard content.count + bytes.count <= (fileName == nil ? FileForm.longestField : longest) else {
          return tooLong()
        }
        content += bytes
      case .end:
        if let fileName {
          if form.file == nil { form.file = (fileName, content) }
        } else if let text = String(validating: content, as: UTF8.self), !content.contains(0) {
          form.fields.append((name, text))
        } else {
          refuse(.badHead)
        }
        content = []
      }
    }

    private func refuse(_ fault: Multipart.Fault) {
      reader = nil
      caller.answer(Problem(status: 400, detail: fault.description))
    }

    private func tooLong() {
      reader = nil
      (form, content) = (FileForm(), [])
      caller.answer(Problem(status: 413, detail: "the file is longer than \(longest) bytes; send it in parts"))
    }
  }
}
