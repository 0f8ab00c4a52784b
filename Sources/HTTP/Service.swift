/// What a server serves: turns each request into something that takes its upload and answers it.
///
/// All calls come on the server's few threads and must not block: work that waits (for the disk, for a neighbour)
/// answers later through the `Caller`. A moment's wait is allowed while the `Caller` is alone. Nothing is called for a request whose head
/// was refused.
public protocol Service: Sendable {
  /// Begins a request. The head is complete and checked; the upload is still to come.
  func begin(_ request: Request, _ caller: Caller) -> any Handler
  /// The server stops and waits for the requests under way: answers that would go on for long end now.
  func stopping()
}

extension Service {
  /// Nothing goes on for long.
  public func stopping() {}
}

/// Takes one request's upload and answers it, through the `Caller` that came with it.
///
/// Calls come one after another, never at the same time: `receive` for each piece, `finish` when all is there, and at
/// last `end`, exactly once. After an answer no more pieces and no `finish` are delivered.
public protocol Handler: AnyObject, Sendable {
  /// Takes the next piece of the upload; the bytes are gone after the call. `.pause` stops reading from the client until
  /// `Caller.resume`, so a slow consumer costs no memory. The piece itself counts as taken either way.
  func receive(_ piece: UnsafeRawBufferPointer) -> Flow
  /// The upload is complete. Answer now or later, from any thread.
  func finish()
  /// The request is over.
  func end(_ outcome: Outcome)
}

extension Handler {
  /// Throws the piece away.
  public func receive(_ piece: UnsafeRawBufferPointer) -> Flow { .more }
  /// Waits for an answer.
  public func finish() {}
  /// Nothing to release.
  public func end(_ outcome: Outcome) {}
}

/// Whether a handler can take more.
public enum Flow: Hashable, Sendable {
  /// The next piece may come.
  case more
  /// Nothing may come before `Caller.resume`.
  case pause
}

/// How a request ended.
public enum Outcome: Hashable, Sendable {
  /// The answer was handed to the operating system in full.
  case answered
  /// The client went away, fell silent or broke the protocol, or the server stopped, before that.
  case broken
}

/// The client that waits for an answer. May be used from any thread, at any time; whatever comes too late does nothing.
public struct Caller: Sendable {
  let conversation: Conversation
  let server: ServerCore

  /// Whether no other request waits for its answer now: the server's thread holds up nobody while it waits a moment. One that came after
  /// that waits behind it.
  public var isAlone: Bool { server.unanswered == 1 }

  /// Answers. The first answer counts. It may come before the upload is complete, such as 401 or 413: what remains of a
  /// short upload is thrown away; after a long one the connection is closed.
  public func answer(_ response: Response) { conversation.answer(response) }

  /// Answers with a problem.
  public func answer(_ problem: Problem) { conversation.answer(problem.response) }

  /// Lets the upload go on after `.pause`.
  public func resume() { conversation.resumeUpload() }
}
