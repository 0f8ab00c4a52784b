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

  @Test func valuesHaveWordsInBothLanguagesAndOthersAreShownAsTheyAre() {
    for (value, text) in ValueWords.table { #expect(!text.es.isEmpty && !text.en.isEmpty, "\(value)") }
    #expect(ValueWords.text("entry-refused", .es) == "Entrada rechazada")
    #expect(ValueWords.text("SV-F-1", .en) == "SV-F-1")
  }

  @Test func aPageAndItsFilesAreLight() {
    // 100 kB a page is the limit that the slow line of a post sets; what every page needs must leave most of it free.
    #expect(Asset.style.size + Asset.script.size + Asset.icon.size < 20_000)
  }
}
