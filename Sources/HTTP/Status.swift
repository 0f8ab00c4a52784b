import CMicroHTTPD

/// Status codes of RFC 9110 section 15.
enum Status {
  /// The phrase that goes with a code.
  static func phrase(_ status: Int) -> String {
    guard let code = UInt32(exactly: status), let phrase = MHD_get_reason_phrase_for(code) else { return "Error" }
    return String(cString: phrase)
  }
}
