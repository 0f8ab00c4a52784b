import Catalog

/// Texts of the pages, each in Spanish and English.
protocol Phrases: Sendable { var text: Translated { get } }
