import Catalog

/// What an importing country tells the issuer of a certificate's document: whether it came, could be read, and says what its record
/// says. The words are those of the IPPC's hub for the same question (hubTrackingInfo: Delivered, DeliveredWithWarnings,
/// DeliveredNotReadable, FailedDelivery).
public struct CertificateReceipt: Hashable, Sendable {
  /// The field `delivery` of the dataset `certificates`.
  public enum Delivery: String, Hashable, Sendable {
    /// It was read and says what the record says.
    case delivered
    /// It was read and says something else in some fields.
    case withWarnings = "delivered-with-warnings"
    /// It came and is no document that can be read.
    case notReadable = "not-readable"
    /// It did not come.
    case failed
  }

  /// Whether it came and could be read.
  public let delivery: Delivery
  /// Why it is not simply delivered; names of fields and never their values, as it may go to others.
  public let reason: String?

  /// The receipt of a document that the issuer's node does not have.
  public static let absent = CertificateReceipt(.failed, "the document was not given to the issuer's node")

  private init(_ delivery: Delivery, _ reason: String?) { (self.delivery, self.reason) = (delivery, reason) }

  /// Judges a document by its record as it was received. `canonical` puts what the document says into the form of stored records.
  public init(
    of document: [UInt8], against record: JSONValue, canonical: (JSONValue) throws(Refusal) -> JSONValue
  ) {
    do throws(XMLFault) {
      let drawn = try CertificateReader.record(document)
      do throws(Refusal) {
        let fields = Self.differences(record, try canonical(drawn), "")
        guard !fields.isEmpty else {
          self.init(.delivered, nil)
          return
        }
        let shown = fields.prefix(5).joined(separator: ", ") + (fields.count > 5 ? " and \(fields.count - 5) more" : "")
        self.init(.withWarnings, "record and document differ in \(shown)")
      } catch {
        self.init(.withWarnings, "the document does not keep to the dataset in \(error.field)")
      }
    } catch {
      self.init(.notReadable, String(error.problem.prefix(160)))
    }
  }

  /// Names of fields in which a record differs from the whole; what the record lacks was not shared and is no difference.
  private static func differences(_ record: JSONValue, _ whole: JSONValue, _ path: String) -> [String] {
    switch (record, whole) {
    case (.object(let members), .object):
      return members.filter { path.isEmpty ? $0.name != "reference" : true }.flatMap { member in
        differences(member.value, whole[member.name] ?? .null, path.isEmpty ? member.name : "\(path).\(member.name)")
      }
    case (.list(let items), .list(let others)):
      guard items.count == others.count else { return [path] }
      var known: Set<String> = []
      return zip(items, others).flatMap { differences($0, $1, path) }.filter { known.insert($0).inserted }
    default: return record.json == whole.json ? [] : [path]
    }
  }
}
