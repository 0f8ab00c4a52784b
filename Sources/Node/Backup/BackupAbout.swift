import Terms

/// What a backup says of itself; readable with its passphrase only.
public struct BackupAbout: Hashable, Sendable {
  /// The federation.
  public let realm: Realm
  /// Whose home it is of.
  public let country: CountryCode
  /// The moment as of which the records are in it.
  public let made: Instant
  /// Entries of all streams.
  public let entries: UInt64
  /// Whether the attachments are in it.
  public let hasAttachments: Bool

  init(realm: Realm, country: CountryCode, made: Instant, entries: UInt64, hasAttachments: Bool) {
    (self.realm, self.country, self.made, self.entries) = (realm, country, made, entries)
    self.hasAttachments = hasAttachments
  }

  private static let title = "istmo backup"

  var text: String {
    """
    \(Self.title)
    Realm: \(realm)
    Country: \(country)
    Made: \(made.milliseconds)
    Entries: \(entries)
    Attachments: \(hasAttachments ? "yes" : "no")

    """
  }

  /// Reads the text. Lines that this program does not know are passed over.
  init?(_ bytes: ArraySlice<UInt8>) {
    guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
    let lines = text.split(separator: "\n").map(String.init)
    guard lines.first == Self.title else { return nil }
    var values: [String: String] = [:]
    for line in lines.dropFirst() {
      guard let colon = line.range(of: ": ") else { return nil }
      values[String(line[..<colon.lowerBound])] = String(line[colon.upperBound...])
    }
    guard let realm = values["Realm"].flatMap({ try? Realm($0) }),
      let country = values["Country"].flatMap({ try? CountryCode($0) }),
      let made = values["Made"].flatMap({ Int64($0) }), made >= 0,
      let entries = values["Entries"].flatMap({ UInt64($0) }), let attachments = values["Attachments"],
      ["yes", "no"].contains(attachments)
    else { return nil }
    self.init(
      realm: realm, country: country, made: Instant(milliseconds: made), entries: entries,
      hasAttachments: attachments == "yes")
  }
}
