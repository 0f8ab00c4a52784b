import Noise

/// The channel's limits. Docs/protocol/link.md states each of them for the writer of a peer.
public enum ChannelLimits {
  /// The longest payload of a message in bytes: 1 MiB. Large enough that a batch spreads its signature over thousands of
  /// entries, small enough that a link's memory stays a few MiB and that a live answer never waits long behind a batch.
  public static let payloadByteLimit = 1 << 20
  /// The most plaintext bytes that this side puts into one frame: 16 KiB, so that a peer on a slow line hears something
  /// often (8 KiB/s keeps a link alive) and can begin to work early. A receiver accepts any length.
  public static let framePlaintextByteCount = 16 << 10
  /// The longest frame on the wire: its length field and a Noise message.
  static let frameByteLimit = 2 + CipherState.messageByteLimit
  /// What is kept of a peer that has not proven who it is: the preamble and a handshake frame, with some room.
  static let unprovenInboxByteLimit = 256
  /// What is kept of a proven peer's bytes that are not yet opened: two frames, so that reading need not stop at a border.
  static let inboxByteLimit = 2 * frameByteLimit
  /// Sealed bytes made ahead of the socket: eight full frames of ours.
  static let sealAheadByteCount = 8 * (framePlaintextByteCount + 2 + Transport.overhead)
}
