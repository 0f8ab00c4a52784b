import Terms

/// Which of two proven connections between the same two countries survives. Docs/protocol/link.md section 7 has the
/// rule and its reasons; both sides apply it and come to the same answer.
enum Survivor {
  case older
  case newer

  /// Both dialled before either connection was proven: only within this time can that happen, since a linked node does
  /// not dial and a handshake takes no longer than its limit. In milliseconds.
  static func choose(olderInitiator: CountryCode, newerInitiator: CountryCode, olderAge: Int64, raceLimit: Int64)
    -> Self
  {
    // A peer that dials although the older connection has long been up no longer has it: it restarted.
    guard olderAge <= raceLimit, olderInitiator != newerInitiator else { return .newer }
    return olderInitiator < newerInitiator ? .older : .newer
  }
}
