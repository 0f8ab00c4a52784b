import Terms

extension LinkReactor {
  /// Ends the link with a country, if it is up; it is dialled again after a pause. On the reactor's thread.
  public func close(_ country: CountryCode, reason: String) {
    assertOnThread()
    guard let connection = links[country]?.current else { return }
    close(connection, .closedHere(reason))
  }
}
