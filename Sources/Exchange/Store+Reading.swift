import Terms

// The store's reads with this module's error, so that readers have one error to handle.
extension Store {
  /// `state` with the error of reading.
  public func readState(_ key: String) throws(ReadError) -> [UInt8]? {
    do { return try state(key) } catch { throw .store(error) }
  }

  /// `states` with the error of reading.
  public func readStates(_ prefix: String) throws(ReadError) -> [(key: String, value: [UInt8])] {
    do { return try states(prefix: prefix) } catch { throw .store(error) }
  }

  /// The whole chunk of a stream that holds the entry at `index`, or nil when the stream is not that long.
  public func chunk(of stream: StreamName, containing index: UInt64) throws(StoreError) -> Chunk? {
    try chunk(of: stream, containing: index, .whole)
  }

  /// `chunk` with the error of reading.
  public func readChunk(
    _ stream: StreamName, _ index: UInt64, _ part: ChunkPart = .whole
  ) throws(ReadError) -> Chunk? {
    do { return try chunk(of: stream, containing: index, part) } catch { throw .store(error) }
  }

  /// `tiles` with the error of reading.
  public func readTiles(_ stream: StreamName, _ first: UInt64, _ limit: Int) throws(ReadError) -> [Digest] {
    do { return try tiles(of: stream, from: first, limit: limit) } catch { throw .store(error) }
  }

  /// Where records with this blind key are, newest first.
  public func readLocations(_ key: BlindKey, _ partitions: ClosedRange<Int32>, _ limit: Int) throws(ReadError)
    -> [Locator]
  {
    do { return try locate(key, partitions: partitions, limit: limit) } catch { throw .store(error) }
  }
}
