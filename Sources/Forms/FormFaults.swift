import Catalog

/// What is wrong with a filled form: each fault at the place where it is to be mended.
public struct FormFaults: Sendable {
  /// By place; under an empty name what belongs to no place of the form.
  public private(set) var faults: [String: Refusal] = [:]
  /// The same in the order of the form, first what belongs to no place.
  public private(set) var ordered: [(place: String, refusal: Refusal)] = []

  /// These faults, shown in a form that asks these places.
  public init(_ refusals: [Refusal], in layout: FormLayout) {
    let places = [""] + layout.places
    let known = Set(places)
    for refusal in refusals {
      // `lines[2].net_kg` stands at `lines.2.net_kg`; what has no input of its own stands at what holds it.
      var parts = Self.place(of: refusal).split(separator: ".").map(String.init)
      while !parts.isEmpty, !known.contains(parts.joined(separator: ".")) { parts.removeLast() }
      let place = parts.joined(separator: ".")
      if faults[place] == nil { faults[place] = refusal }
    }
    var seen: Set<String> = []
    for place in places where seen.insert(place).inserted {
      if let refusal = faults[place] { ordered.append((place, refusal)) }
    }
  }

  private static func place(of refusal: Refusal) -> String {
    refusal.field.replacing("[", with: ".").replacing("]", with: "")
  }

  /// Whether nothing is wrong.
  public var isEmpty: Bool { faults.isEmpty }
}
