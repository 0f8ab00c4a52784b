import Testing

@testable import Node

/// When the core rests between two batches because somebody asks this node something.
@Suite struct RespiteTests {
  @Test func somebodyIsThereForASecondAfterAsking() {
    var respite = Respite()
    #expect(!respite.isAsked(at: 0))
    respite.asked(at: 7)
    #expect(respite.isAsked(at: 7 + Respite.presence - 1))
    #expect(!respite.isAsked(at: 7 + Respite.presence))
  }

  @Test func nobodyThereNoRest() {
    var respite = Respite()
    respite.begin(after: 10, at: 1000)
    #expect(respite.end == nil)
    let holdsBack = respite.holdsBack(at: 1000)
    #expect(!holdsBack)
  }

  @Test func restsAsLongAsTheBatchTook() {
    var respite = Respite()
    respite.asked(at: 5)
    respite.begin(after: 1000, at: 3000)
    #expect(respite.end == 5000)
    let (during, after) = (respite.holdsBack(at: 4999), respite.holdsBack(at: 5000))
    #expect(during && !after)
  }

  @Test func aBatchThatTookVeryLongStartsNoLongRest() {
    var respite = Respite()
    respite.asked(at: 0)
    respite.begin(after: 0, at: 500_000_000)
    #expect(respite.end == 500_000_000 + Respite.longest)
  }

  @Test func whoWentAwayIsNotWaitedFor() {
    var respite = Respite()
    respite.asked(at: 0)
    respite.begin(after: Respite.presence - 10, at: Respite.presence)
    #expect(respite.end == nil)
    respite.asked(at: Respite.presence)
    respite.begin(after: Respite.presence - 10, at: Respite.presence)
    #expect(respite.end == Respite.presence + 10)
  }

  /// Whoever woke the core for something that it then did not take does not wake it again.
  @Test func turnsThatCameDuringARestAreHadAfterIt() {
    var respite = Respite()
    respite.asked(at: 0)
    respite.begin(after: 50, at: 100)
    for moment in [UInt64(100), 120, 149] { _ = respite.holdsBack(at: moment) }
    let turns = [149, 150, 150].map { respite.endIfOver(at: $0) }
    #expect(turns == [0, 3, 0] && respite.end == nil)
  }

  /// The clock of the system never goes back, but nothing may overflow should it.
  @Test func aClockThatGoesBackStartsNoRest() {
    var respite = Respite()
    respite.asked(at: .max)
    respite.begin(after: 100, at: 50)
    #expect(respite.end == nil)
  }
}
