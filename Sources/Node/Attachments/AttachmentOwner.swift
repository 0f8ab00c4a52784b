import Catalog
import Exchange
import Ledger
import Sodium
import Terms

/// Decides whether a neighbour may have an attachment, and opens it: what the agreement in force shares of a record decides
/// about what the record bears.
struct AttachmentOwner: Sendable {
  let country: CountryCode
  let registry: Registry
  let reader: LogReader
  let blobs: BlobStore
  let clock: any Clock
  /// A neighbour with what was agreed with it.
  let neighbour: @Sendable (CountryCode) -> Exchange.Neighbour?
  /// Judges and logs questions, of records that are only asked for.
  let questions: QuestionOwner

  private static let notBorne = AttachmentRefusal(.notBorne, "the record does not bear an attachment with this digest")

  /// Opens the attachment for a neighbour.
  func open(
    _ place: AttachmentPlace, for asker: CountryCode
  ) throws(AttachmentRefusal) -> (blob: BlobReader, seal: AttachmentSeal) {
    if let question = place.question { return try open(place, question, for: asker) }
    let agreed = try agreed(place.stream, with: asker)
    let seal: AttachmentSeal
    do throws(ReadError) {
      guard let found = try self.seal(place, agreed) else { throw .absent(stream: place.stream, index: place.index) }
      seal = found
    } catch {
      switch error {
      case .erased: throw AttachmentRefusal(.erased, "the record's time is over")
      case .absent: throw Self.notBorne
      case .damaged, .store: throw unreadable
      }
    }
    return (try blob(place.digest), seal)
  }

  private func blob(_ digest: Digest) throws(AttachmentRefusal) -> BlobReader {
    let blob: BlobReader?
    do throws(StoreError) { blob = try blobs.open(digest) } catch { throw unreadable }
    guard let blob else {
      throw AttachmentRefusal(.absent, "\(country) has the record, the attachment itself was not given to its node yet")
    }
    return blob
  }

  /// Opens the attachment of a record that the neighbour asks for. The question is judged like any other, finds the record,
  /// and is in this country's lookup log before a byte leaves.
  private func open(
    _ place: AttachmentPlace, _ sealed: [UInt8], for asker: CountryCode
  ) throws(AttachmentRefusal) -> (blob: BlobReader, seal: AttachmentSeal) {
    let heard: QuestionOwner.Heard
    let answer: Answer
    do throws(QuestionRefusal) {
      heard = try questions.hear(sealed, of: asker)
      answer = try questions.find(heard)
    } catch { throw Self.refusal(error) }
    guard heard.terms.stream == place.stream, heard.terms.mode == .query,
      heard.question.all.contains(where: {
        $0.value == Array(place.digest.description.utf8) && heard.definition.attachmentFields.contains($0.field)
      })
    else { throw AttachmentRefusal(.notShared, "the question is not about this attachment") }
    guard let item = answer.items.first else { throw Self.notBorne }
    let blob = try blob(place.digest)
    do throws(QuestionRefusal) { try questions.write(heard, [item.entry.id], of: asker) } catch {
      throw Self.refusal(error)
    }
    do { return (blob, try AttachmentSeal(heard.question, digest: place.digest)) } catch { throw unreadable }
  }

  private static func refusal(_ refusal: QuestionRefusal) -> AttachmentRefusal {
    switch refusal.known {
    case .notLogged, .unreadable, .busy, nil: AttachmentRefusal(.unreadable, refusal.reason)
    case .notShared, .role, .notRead: AttachmentRefusal(.notShared, refusal.reason)
    }
  }

  var unreadable: AttachmentRefusal {
    AttachmentRefusal(.unreadable, "\(country) cannot read it just now; its operator must run verify")
  }

  private func agreed(_ stream: StreamName, with asker: CountryCode) throws(AttachmentRefusal) -> AgreedStream {
    let now = clock.now()
    guard stream.origin == country, stream.recipient == asker, !stream.isHome,
      let agreed = neighbour(asker)?.agreed(at: now).first(where: { $0.terms.stream == stream }),
      agreed.terms.mode == .replicate
    else {
      throw AttachmentRefusal(.notShared, "there is no agreement by which \(country) sends \(stream) to \(asker)")
    }
    if let obstacle = agreed.obstacle(at: now) { throw AttachmentRefusal(.notShared, obstacle) }
    return agreed
  }

  /// What the attachment is sealed under; nil when the record at this place is not shared or does not bear it.
  private func seal(_ place: AttachmentPlace, _ agreed: AgreedStream) throws(ReadError) -> AttachmentSeal? {
    let terms = agreed.terms
    guard place.index < (try reader.state(of: place.stream).size) else { return nil }
    let (entry, context) = try reader.entry(place.stream, at: place.index)
    let home = StreamName(origin: country, recipient: country, dataset: place.stream.dataset)
    guard entry.hasBody, let index = try reader.find(entry.id, in: home, size: try reader.state(of: home).size),
      let record = try reader.record(home, at: index)
    else { return nil }
    // By the agreement of now, whatever the one was under which the record was sent.
    let body = registry.read(record.body, of: home.dataset, version: record.context.version)
    guard body.isAdmitted(under: terms), let definition = registry.definition(of: terms),
      definition.attachment(place.digest, in: ReadBody(body.project(under: terms))) != nil
    else { return nil }
    let key = try reader.vault.key(of: place.stream, at: place.index)
    do { return try AttachmentSeal(key, leaf: context.leaf(entry), digest: place.digest) } catch {
      throw .damaged("\(error)")
    }
  }
}
