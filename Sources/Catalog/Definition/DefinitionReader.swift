import Sodium
import Terms

extension Definition {
  /// Reads a definition file.
  /// - Returns: the definition, when there are no faults, and all faults in order of place.
  public static func read(_ bytes: [UInt8], file: String) -> (definition: Definition?, faults: [Diagnostic]) {
    let source = TomlSource(file: file, bytes: bytes)
    var reader = DefinitionReader(source: source)
    let definition = reader.read(digest: SHA256.hash(bytes))
    return (source.faults.isEmpty ? definition : nil, source.faults.sorted())
  }

  /// Reads a definition file by its path.
  /// - Returns: the definition, when there are no faults, and all faults in order of place.
  public static func load(_ file: String) -> (definition: Definition?, faults: [Diagnostic]) {
    guard let bytes = SmallFile.read(file) else { return (nil, [.unreadable(file)]) }
    return read(bytes, file: file)
  }
}

/// Reads a definition file, noting every fault.
struct DefinitionReader {
  let source: TomlSource
  var fields: [Field] = []
  /// Where each field's table stands, for faults found later.
  var fieldTables: [TableReader] = []
  /// Whether all fields could be read; when not, what names one of the others is not at fault.
  var allFieldsAreRead = true

  /// A body has at most so many members, and a definition of more fields helps nobody.
  static let fieldsMax = 100
  /// With those in groups: an agreement names each that it shares, and takes no more names.
  static let leavesMax = 128
  /// Each is asked of every record.
  static let rulesMax = 50

  init(source: TomlSource) { self.source = source }

  mutating func read(digest: Digest) -> Definition? {
    guard let root = TomlValue.read(source).flatMap({ TableReader($0, source, what: "definition") }) else { return nil }
    root.refuseOthers(than: [
      "dataset", "version", "title", "description", "retention_days", "mode", "time_field", "refers_field",
      "awaits_field", "awaits_when", "refers_own", "observable", "field", "rule", "restricted",
    ])
    let dataset = dataset(root)
    let version = root.number("version", in: 1...1_000_000, example: 1)
    let title = root.translated("title", example: "Migración")
    let description = root.translated("description", example: "...")
    let retention = root.number("retention_days", in: 1...36_500, example: 1096)
    let mode = root.word("mode", of: StreamTerms.Mode.allCases.map(\.rawValue))
    readFields(root)
    checkConditions(root)
    let time = pointer(root, "time_field", to: "time")
    let refers = pointer(root, "refers_field", to: "record")
    let awaits = pointer(root, "awaits_field", to: "country")
    let awaitsWhen = conditions(root, "awaits_when")
    let refersOwn = root.flag("refers_own", standing: false)
    checkReferring(root, refers)
    let observable = observable(root)
    let rules = rules(root)
    let restrictions = restrictions(root)
    guard let dataset, let version, let title, let description, let retention,
      let mode = mode.flatMap(StreamTerms.Mode.init(rawValue:)), source.faults.isEmpty
    else { return nil }
    return Definition(
      dataset: dataset, version: UInt32(clamping: version), digest: digest, title: title, description: description,
      retentionDays: UInt32(clamping: retention), mode: mode, fields: fields, timeField: time, refersField: refers,
      awaitsField: awaits, awaitsWhen: awaitsWhen, refersOwn: refersOwn, isObservable: observable, rules: rules,
      restrictions: restrictions)
  }

  /// Whether an observer may have it; not when a field says something of a person, shared or not.
  private func observable(_ root: TableReader) -> Bool {
    guard root.flag("observable", standing: false), let member = root.member("observable") else { return false }
    let personal = fields.flatMap { $0.inner ?? [$0] }.filter(\.isPersonal).map(\.name)
    guard !personal.isEmpty else { return true }
    source.report(
      member.value.offset, "observable, and \(personal.joined(separator: ", ")) says something of a person",
      "leave observable out, or these fields")
    return false
  }

  private func dataset(_ root: TableReader) -> DatasetName? {
    guard let text = root.text("dataset", example: "migration") else { return nil }
    do throws(TermError) { return try DatasetName(text.value) } catch {
      source.report(text.offset, "\"\(text.value)\" is no dataset name", "write \(error.expected)")
      return nil
    }
  }

  /// A top-level key that names a field of one type.
  private func pointer(_ root: TableReader, _ key: String, to word: String) -> String? {
    guard let text = root.text(key, example: word, optional: true) else { return nil }
    guard let field = fields.first(where: { $0.name == text.value }) else {
      guard allFieldsAreRead else { return nil }
      let names = fields.filter { $0.type.word == word }.map(\.name)
      source.report(
        text.offset, "there is no field \"\(text.value)\"",
        NearestName.advice(text.value, in: names, else: "name a field of type \(word)"))
      return nil
    }
    guard field.type.word == word else {
      source.report(
        text.offset, "the field \"\(field.name)\" is of type \(field.type.word)", "name a field of type \(word)")
      return nil
    }
    return field.name
  }

  /// What refers to a record is found by the index; what awaits it needs a field to refer by.
  private func checkReferring(_ root: TableReader, _ refers: String?) {
    guard let member = root.member("refers_field") else {
      guard let member = ["awaits_field", "awaits_when", "refers_own"].lazy.compactMap({ root.member($0) }).first else {
        return
      }
      source.report(
        member.keyOffset, "\(member.key) without refers_field",
        "name the record field by which the other country's record refers to this one, or leave it out")
      return
    }
    if let field = fields.first(where: { $0.name == refers }), !field.isSearchable {
      source.report(
        member.value.offset, "the field \"\(field.name)\" is not searchable", "write search = true in the field")
    }
  }
}
