import Catalog
import Indicators
import Terms
import Testing

@testable import Desk

/// Both languages are complete.
@Suite struct PhraseTests {
  /// Words that are the same in both.
  static let same: Set<Phrase> = [.product, .duca]

  @Test(arguments: Phrase.allCases) func everyTextStandsInBothLanguages(_ phrase: Phrase) {
    #expect(!phrase.text.es.isEmpty && !phrase.text.en.isEmpty)
    #expect((phrase.text.es == phrase.text.en) == Self.same.contains(phrase), "\(phrase)")
  }

  @Test(arguments: FormPhrase.allCases) func everyTextOfFormsStandsInBothLanguages(_ phrase: FormPhrase) {
    #expect(!phrase.text.es.isEmpty && !phrase.text.en.isEmpty)
    #expect((phrase.text.es == phrase.text.en) == [.no].contains(phrase), "\(phrase)")
  }

  @Test(arguments: LivePhrase.allCases) func everyTextAboutAnswersStandsInBothLanguages(_ phrase: LivePhrase) {
    #expect(!phrase.text.es.isEmpty && !phrase.text.en.isEmpty && phrase.text.es != phrase.text.en)
  }

  @Test(arguments: FourEyesPhrase.allCases) func everyTextOfDecisionsStandsInBothLanguages(_ phrase: FourEyesPhrase) {
    #expect(!phrase.text.es.isEmpty && !phrase.text.en.isEmpty && phrase.text.es != phrase.text.en)
  }

  /// Words of the newer pages that are the same in both.
  static let sameElsewhere: Set<String> = []

  @Test(
    arguments: CommitteePhrase.allCases as [any Phrases] + BoardPhrase.allCases as [any Phrases]
      + CorrectionPhrase.allCases as [any Phrases] + FilePhrase.allCases as [any Phrases]
      + TokenPhrase.allCases as [any Phrases] + BackupPhrase.allCases as [any Phrases])
  func everyTextOfTheBoardsStandsInBothLanguages(_ phrase: any Phrases) {
    #expect(!phrase.text.es.isEmpty && !phrase.text.en.isEmpty)
    #expect((phrase.text.es == phrase.text.en) == Self.sameElsewhere.contains("\(phrase)"), "\(phrase)")
  }

  @Test func everyIndicatorMeasureAndStateHasWordsInBothLanguages() throws {
    for kind in Indicator.Kind.allCases { #expect(IndicatorWords.kind(kind).es != IndicatorWords.kind(kind).en) }
    let topology = try Topology.load("\(TestDesk.root)/Topology/central-america.toml")
    let measures = try #require(FundingGap.strategyMeasures(of: topology))
    #expect(Set(measures) == Set(IndicatorWords.measures.keys))
    for (dataset, field) in [("measures", "state"), ("projects", "state")] {
      guard case .enumeration(let words)? = topology.definition(named: dataset)?.field(field)?.type else {
        Issue.record("\(dataset) has no \(field) of given words")
        continue
      }
      #expect(Set(words).isSubset(of: IndicatorWords.states.keys), "\(words)")
    }
    #expect(Language.es.month(CalendarMonth(of: CalendarDay(daysSinceEpoch: 0))) == "ene 70")
    #expect(Language.en.month(CalendarMonth(of: CalendarDay(daysSinceEpoch: 0))) == "Jan 70")
  }

  @Test func valuesHaveWordsInBothLanguagesAndOthersAreShownAsTheyAre() {
    for (value, text) in ValueWords.table { #expect(!text.es.isEmpty && !text.en.isEmpty, "\(value)") }
    #expect(ValueWords.text("entry-refused", .es) == "Entrada rechazada")
    #expect(ValueWords.text("SV-F-1", .en) == "SV-F-1")
  }

  @Test func aPageAndItsFilesAreLight() {
    // 100 kB a page is the limit that the slow line of a post sets; what every page needs must leave most of it free.
    #expect(Asset.style.size + Asset.script.size + Asset.icon.size < 30_000)
  }
}
