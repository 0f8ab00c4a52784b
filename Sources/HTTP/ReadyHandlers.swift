/// Answers at once, whatever is uploaded.
public final class Answered: Handler {
  /// Gives the caller the response.
  public init(_ caller: Caller, _ response: Response) { caller.answer(response) }

  /// Gives the caller the problem.
  public convenience init(_ caller: Caller, _ problem: Problem) { self.init(caller, problem.response) }
}

/// Collects a short upload and hands it over whole.
///
/// ```swift
/// return Collected(request, caller, limit: 64 * 1024) { bytes in
///   queue.submit(bytes) { receipt in caller.answer(Response(text: receipt)) }
/// }
/// ```
public final class Collected: Handler {
  private let caller: Caller
  private let limit: Int
  private let done: @Sendable ([UInt8]) -> Void
  // Calls to a handler come one after another, so nothing else touches it.
  nonisolated(unsafe) private var bytes: [UInt8] = []

  /// Collects at most `limit` bytes, refusing more with 413, then calls `done`, which answers now or later.
  public init(
    _ request: Request, _ caller: Caller, limit: Int, done: @escaping @Sendable ([UInt8]) -> Void
  ) {
    self.caller = caller
    self.limit = limit
    self.done = done
    if let length = request.contentLength {
      if length > UInt64(clamping: limit) { refuse() } else { bytes.reserveCapacity(Int(clamping: length)) }
    }
  }

  /// Keeps the piece.
  public func receive(_ piece: UnsafeRawBufferPointer) -> Flow {
    if piece.count > limit - bytes.count { refuse() } else { bytes.append(contentsOf: piece) }
    return .more
  }

  /// Hands over what was collected.
  public func finish() {
    done(bytes)
    bytes = []
  }

  private func refuse() {
    caller.answer(Problem(status: 413, detail: "the upload is longer than \(limit) bytes; send it in parts"))
  }
}
