import Ledger
import Terms
import Testing

@testable import Desk

/// `/v1/checkpoint`: how a system waits for its records without asking for the whole status.
@Suite struct CheckpointTests {
  private func ask(_ system: APIClient, _ streams: [String]) throws -> APIClient.Answer {
    try system.send(.get, "/v1/checkpoint", query: streams.map { ("stream", $0) })
  }

  private func ask(_ system: APIClient, _ stream: String) throws -> APIClient.Answer { try ask(system, [stream]) }

  @Test func itIsTheSignedNoteOfWhatIsDurable() throws {
    let desk = try TestDesk()
    let system = try desk.system("observe")
    #expect(try ask(system, "GT/GT/migration").status == 404)
    for number in 0..<3 {
      _ = try desk.publish(desk.departure("A71\(1000 + number)", surname: "Par"))
      let answer = try ask(system, "GT/GT/migration")
      #expect(answer.status == 200, "\(answer.text)")
      let note = try SignedCheckpoint(Array(answer.text.utf8))
      #expect(note.checkpoint.origin == "istmo.sieca.int/GT/GT/migration")
      #expect(note.checkpoint.size == UInt64(number) + 2, "an epoch's entry comes first")
      #expect(try note.isSigned(byLog: [desk.home.card().content.log]))
    }
  }

  @Test func itIsOfAStreamAndForThoseWhoMayObserve() throws {
    let desk = try TestDesk()
    let system = try desk.system("observe")
    for streams in [[], [""], ["GT/migration"], ["GT/GT/migration", "GT/GT/posts"], ["gt/gt/x"], ["GT/GT/migration "]] {
      #expect(try ask(system, streams).status == 400, "\(streams)")
    }
    #expect(try ask(system, "SV/GT/migration").status == 404)
    #expect(try ask(try desk.system("publish"), "GT/GT/migration").status == 403)
  }
}
