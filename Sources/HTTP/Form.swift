/// The fields of a form that a browser posted, `application/x-www-form-urlencoded`, in order.
public struct Form: Sendable {
  /// Name and value of every field.
  public let fields: [(name: String, value: String)]

  /// Fields of one form, more than any page has.
  public static let mostFields = 64

  /// Reads an uploaded form of at most `most` fields.
  /// - Throws: `Problem` when it is no form.
  public init(_ bytes: [UInt8], most: Int = mostFields) throws(Problem) {
    do { fields = try Target.fields(bytes, most: most, what: "form") } catch {
      throw Problem(status: error.status, detail: error.detail)
    }
  }

  /// A form whose fields were read elsewhere.
  public init(fields: [(name: String, value: String)]) { self.fields = fields }

  /// The value of the first field of that name.
  public subscript(_ name: String) -> String? { fields.first { $0.name == name }?.value }
}

extension Request {
  /// The value of a cookie (RFC 6265 section 5.4); of several of one name the first.
  public func cookie(_ name: String) -> String? {
    for header in headers.all("Cookie") {
      for pair in header.split(separator: ";") {
        let pair = pair.drop { $0 == " " }
        guard let equals = pair.firstIndex(of: "="), pair[..<equals] == name else { continue }
        return String(pair[pair.index(after: equals)...])
      }
    }
    return nil
  }
}
