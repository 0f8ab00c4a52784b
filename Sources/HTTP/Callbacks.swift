import CMicroHTTPD
import Glibc

/// The C functions that libmicrohttpd calls, on the thread of the event loop that the connection belongs to.
enum Callbacks {
  static let target: istmo_mhd_target_callback = { _, target, mhd in
    guard let mhd, let connection = connection(mhd) else { return nil }
    let bytes = target.map { Array(UnsafeRawBufferPointer(start: $0, count: strlen($0))) } ?? []
    return Unmanaged.passRetained(Conversation(connection: connection, target: bytes)).toOpaque()
  }

  /// Decodes nothing: `Target` does, strictly.
  static let unescape: istmo_mhd_unescape_callback = { _, _, text in text.map { strlen($0) } ?? 0 }

  static let handle: MHD_AccessHandlerCallback = { context, mhd, _, method, _, piece, size, state in
    guard let core = core(context), let mhd, let method, let size, let conversation = conversation(state?.pointee)
    else { return .NO }
    let piece = UnsafeRawBufferPointer(start: piece, count: piece == nil ? 0 : size.pointee)
    let (result, taken) = conversation.step(mhd, method: method, piece: piece, server: core)
    size.pointee -= min(taken, size.pointee)
    return result
  }

  static let completed: MHD_RequestCompletedCallback = { context, _, state, code in
    guard let core = core(context), let raw = state?.pointee else { return }
    state?.pointee = nil
    Unmanaged<Conversation>.fromOpaque(raw).takeRetainedValue()
      .end(code == .REQUEST_TERMINATED_COMPLETED_OK ? .answered : .broken, server: core)
  }

  static let notify: MHD_NotifyConnectionCallback = { context, mhd, state, code in
    guard let core = core(context), let mhd, let state else { return }
    switch code {
    case .CONNECTION_NOTIFY_STARTED:
      guard let connection = core.connections.find(istmo_mhd_socket(mhd)) else { return }
      state.pointee = Unmanaged.passRetained(connection).toOpaque()
    case .CONNECTION_NOTIFY_CLOSED:
      guard let raw = state.pointee else { return }
      state.pointee = nil
      core.connections.remove(Unmanaged<Connection>.fromOpaque(raw).takeRetainedValue().socket)
    @unknown default: break
    }
  }

  static let log: MHD_LogCallback = { context, format, arguments in
    guard let core = core(context), let format, let arguments else { return }
    var buffer = [CChar](repeating: 0, count: 400)
    let length = min(Int(vsnprintf(&buffer, buffer.count, format, arguments)), buffer.count - 1)
    let text = String(decoding: buffer.prefix(max(0, length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    guard !noise.contains(where: { text.hasPrefix($0) }) else { return }
    core.log(text.split(whereSeparator: \.isNewline).joined(separator: " "))
  }

  /// What this side did on purpose and has logged with its reason, and how MHD finds out that a unix socket has no TCP
  /// options.
  private static let noise = [
    "Application reported internal error", "Setting TCP_", "Failed to push the data from buffers",
    "MHD_stop_daemon", "Socket has been disconnected",
  ]

  private static func core(_ context: UnsafeMutableRawPointer?) -> ServerCore? {
    context.map { Unmanaged<ServerCore>.fromOpaque($0).takeUnretainedValue() }
  }

  private static func conversation(_ state: UnsafeMutableRawPointer?) -> Conversation? {
    state.map { Unmanaged<Conversation>.fromOpaque($0).takeUnretainedValue() }
  }

  private static func connection(_ mhd: OpaquePointer) -> Connection? {
    istmo_mhd_socket_context(mhd).map { Unmanaged<Connection>.fromOpaque($0).takeUnretainedValue() }
  }
}
