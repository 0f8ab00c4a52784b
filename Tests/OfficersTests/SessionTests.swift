import Sodium
import Terms
import Testing

@testable import Officers

/// Sessions end, and are known by a token that is nowhere but in the browser.
@Suite struct SessionTests {
  let start = Instant(milliseconds: 1_790_000_000_000)
  let entropy = SystemEntropy()

  private func at(_ milliseconds: Int64) -> Instant { start.advanced(byMilliseconds: milliseconds) }

  static func officer(_ id: String = "ana.morales", password: String = "correcta caballo pila") throws -> Officer {
    try Officer(
      id: id, name: "Ana Morales", roles: ["migration-officer", "auditor"], post: "GT-SV/la-hachadura/GT",
      datasets: [DatasetName("migration")],
      password: try PasswordHash(SecretBytes(copying: Array(password.utf8)), work: .least))
  }

  @Test func aSessionEndsWhenItIsIdleAndAfterAShift() throws {
    let officer = try Self.officer()
    let book = OfficerBook([officer])
    var table = SessionTable()
    let idle = table.begin(officer, at: start, entropy)
    #expect(table.find(idle, in: book, at: at(SessionTable.idle - 1)) != nil)
    #expect(table.find(idle, in: book, at: at(2 * SessionTable.idle - 2)) != nil)
    #expect(table.find(idle, in: book, at: at(3 * SessionTable.idle)) == nil)
    let busy = table.begin(officer, at: start, entropy)
    for moment in stride(from: 0, to: SessionTable.longest, by: Int(SessionTable.idle) - 1) {
      #expect(table.find(busy, in: book, at: at(moment)) != nil)
    }
    #expect(table.find(busy, in: book, at: at(SessionTable.longest)) == nil)
  }

  @Test func aPageThatAsksByItselfDoesNotKeepItsSession() throws {
    let officer = try Self.officer()
    let book = OfficerBook([officer])
    var table = SessionTable()
    let token = table.begin(officer, at: start, entropy)
    for moment in stride(from: Int64(0), to: SessionTable.idle, by: 60_000) {
      #expect(table.look(token, in: book, at: at(moment)) != nil)
    }
    #expect(table.look(token, in: book, at: at(SessionTable.idle)) == nil)
    // It is gone then, also for whoever comes back.
    #expect(table.find(token, in: book, at: at(SessionTable.idle)) == nil)
    let other = table.begin(officer, at: start, entropy)
    #expect(table.find(other, in: book, at: at(1000)) != nil)
    #expect(table.look(other, in: book, at: at(1000 + SessionTable.idle - 1)) != nil)
    book.replace([])
    #expect(table.look(other, in: book, at: at(1001)) == nil)
  }

  @Test func aDisabledOrChangedOfficersSessionIsOver() throws {
    var officer = try Self.officer()
    let book = OfficerBook([officer])
    var table = SessionTable()
    let (first, second) = (table.begin(officer, at: start, entropy), table.begin(officer, at: start, entropy))
    officer.isDisabled = true
    book.replace([officer])
    #expect(table.find(first, in: book, at: start) == nil)
    officer.isDisabled = false
    officer.roles = ["auditor"]
    book.replace([officer])
    #expect(table.find(second, in: book, at: start) == nil)
    #expect(table.count == 0)
  }

  @Test func aTokenIsNotKeptAndNoOtherFindsTheSession() throws {
    let officer = try Self.officer()
    let book = OfficerBook([officer])
    var table = SessionTable()
    let token = table.begin(officer, at: start, entropy)
    #expect(token.utf8.count == 64)
    #expect(!"\(table)".contains(token))
    for other in ["", String(token.dropLast()), token + "0", token.uppercased() + "x"] {
      #expect(table.find(other, in: book, at: start) == nil)
    }
    table.end(token)
    #expect(table.find(token, in: book, at: start) == nil)
  }

  @Test func sessionsAndWhatTheyRememberAreBounded() throws {
    let officer = try Self.officer()
    let book = OfficerBook([officer])
    var table = SessionTable()
    let tokens = (0..<10).map { table.begin(officer, at: at(Int64($0)), entropy) }
    #expect(table.count == SessionTable.mostOfOfficer)
    #expect(table.find(tokens[0], in: book, at: at(11)) == nil)
    let token = tokens[9]
    let numbers = (0..<100).compactMap { table.remember(key: "P\($0)", of: token) }
    let found = table.find(token, in: book, at: at(11))
    let session = try #require(found)
    #expect(session.key(numbers[99]) == "P99" && session.key(numbers[0]) == nil)
    #expect(numbers.count { session.key($0) != nil } == Session.mostKeys)
  }

  @Test func onlyOnesOwnRolesCanBeTaken() throws {
    let officer = try Self.officer()
    let book = OfficerBook([officer])
    var table = SessionTable()
    let token = table.begin(officer, at: start, entropy)
    table.take(role: "node-operator", of: token)
    #expect(table.find(token, in: book, at: start)?.role == "migration-officer")
    table.take(role: "auditor", of: token)
    #expect(table.find(token, in: book, at: start)?.role == "auditor")
  }
}
