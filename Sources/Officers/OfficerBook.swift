import Synchronization

/// The officers as a running node knows them; taken anew when the home's file changed.
public final class OfficerBook: Sendable {
  private let officers: Mutex<[String: Officer]>

  /// A book of these officers.
  public init(_ officers: [Officer] = []) { self.officers = Mutex(Self.byID(officers)) }

  /// The officer of this id, disabled or not.
  public func officer(_ id: String) -> Officer? { officers.withLock { $0[id] } }

  /// All officers, by id.
  public var all: [Officer] { officers.withLock { Array($0.values) }.sorted { $0.id < $1.id } }

  /// Takes other officers.
  public func replace(_ officers: [Officer]) {
    let byID = Self.byID(officers)
    self.officers.withLock { $0 = byID }
  }

  private static func byID(_ officers: [Officer]) -> [String: Officer] {
    Dictionary(officers.map { ($0.id, $0) }, uniquingKeysWith: { _, last in last })
  }
}
