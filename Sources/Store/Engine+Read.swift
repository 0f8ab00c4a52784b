import Exchange
import Synchronization
import Terms

extension Engine {
  func state(_ key: String) throws(StoreError) -> [UInt8]? {
    let name = Array(key.utf8)
    let (newer, known, changes) = view.withLock { ($0.ahead.state(name), $0.known.value(name), $0.known.changes) }
    if let newer { return newer }
    if let known { return known }
    let value = try readers.read { (database) throws(StoreError) -> [UInt8]? in
      let row = try database.statement("SELECT value, sum FROM state WHERE key = ?")
      row.bind(1, copying: name)
      defer { row.reset() }
      guard try row.step() else { return nil }
      let value = row.bytes(0)
      guard row.integer(1) == Sums.state(key: name, value: value) else { throw .damaged("state \(key)") }
      return Places.hold(name) ? try Places.read(value, of: name, database) : value
    }
    settle { $0.pending[name].map { $0 == value } ?? false }
    // An epoch's key must be nowhere once it is destroyed.
    if let value, !Places.hold(name) { view.withLock { $0.known.note(value, of: name, asOf: changes) } }
    return value
  }

  func states(prefix: String) throws(StoreError) -> [(key: String, value: [UInt8])] {
    let start = Array(prefix.utf8)
    for _ in 0..<8 {
      let (rounds, newer) = view.withLock { ($0.ahead.rounds, $0.ahead.states(prefix: start)) }
      let found = try storedStates(start)
      settle { view in
        view.pending.contains { key, value in
          key.starts(with: start) && found.first { $0.key == key }?.value == value
        }
      }
      // Had the database taken over more meanwhile, what was found could be newer in part than what is laid over it.
      if view.withLock({ $0.ahead.rounds }) == rounds { return Self.merged(found, newer) }
    }
    return try write { (_, _) throws(StoreError) in
      let newer = view.withLock { $0.ahead.states(prefix: start) }
      return Self.merged(try storedStates(start), newer)
    }
  }

  private func storedStates(_ start: [UInt8]) throws(StoreError) -> [(key: [UInt8], value: [UInt8])] {
    try readers.read { (database) throws(StoreError) in
      var found: [(key: [UInt8], value: [UInt8])] = []
      let rows = try database.statement("SELECT key, value, sum FROM state WHERE key >= ? AND key < ? ORDER BY key")
      rows.bind(1, copying: start)
      // UTF-8 has no byte 0xFF, so every key with the prefix lies before the prefix with one.
      rows.bind(2, copying: start + [0xFF])
      defer { rows.reset() }
      while try rows.step() {
        let (key, value) = (rows.bytes(0), rows.bytes(1))
        guard rows.integer(2) == Sums.state(key: key, value: value) else {
          throw .damaged("state \(String(decoding: key, as: UTF8.self))")
        }
        found.append((key, Places.hold(key) ? try Places.read(value, of: key, database) : value))
      }
      return found
    }
  }

  /// What the database has with what is newer laid over it, in order of the keys' bytes.
  private static func merged(
    _ found: [(key: [UInt8], value: [UInt8])], _ newer: [[UInt8]: [UInt8]?]
  ) -> [(key: String, value: [UInt8])] {
    var all = found
    if !newer.isEmpty {
      all.removeAll { newer[$0.key] != nil }
      for case (let key, let value?) in newer { all.append((key, value)) }
      all.sort { $0.key.lexicographicallyPrecedes($1.key) }
    }
    return all.map { (String(decoding: $0.key, as: UTF8.self), $0.value) }
  }

  /// Waits for the commit on its way if what was read may come from it: the rest of it must not seem missing to
  /// somebody who has seen its state.
  private func settle(_ mayBeNew: (View) -> Bool) {
    if view.withLock({ mayBeNew($0) }) { writer.withLock { _ in } }
  }

  func streams(where isWanted: (StreamName) -> Bool) -> [StreamName] {
    view.withLock { $0.streams.keys.filter(isWanted) }
  }

  func chunk(of name: StreamName, containing index: UInt64, _ part: ChunkPart) throws(StoreError) -> Chunk? {
    let (known, newer) = view.withLock { ($0.streams[name], $0.ahead.chunk(of: name, containing: index)) }
    guard let stream = known, index < stream.size else { return nil }
    if let newer { return newer }
    return try readers.read { (database) throws(StoreError) in
      let row = try database.statement(stream.tables.chunkAtOrBefore)
      row.bind(1, Int64(bitPattern: index))
      defer { row.reset() }
      guard try row.step(), let chunk = ChunkRow(row, stream: stream.number), index < chunk.end else {
        throw .damaged("\(name), chunk at \(index)")
      }
      let entries = row.bytes(4)
      // Erased since `stream` was looked up is as good as erased before.
      let erased = view.withLock { $0.streams[name]?.erased ?? 0 }
      guard part != .entries, chunk.weight > 0, chunk.first >= erased else {
        return Chunk(first: chunk.first, count: chunk.count, entries: entries, bodies: [])
      }
      let found: (first: UInt64, bodies: [UInt8])?
      if part == .body {
        found = try StoredBodies.read(at: index, in: chunk, of: stream, database)
      } else {
        found = try StoredBodies.read(chunk, of: stream, areSealed: part == .sealed, database).map { (chunk.first, $0) }
      }
      guard let found else { throw .damaged("\(name), bodies at \(index)") }
      return Chunk(
        first: chunk.first, count: chunk.count, entries: entries, bodies: found.bodies, firstBody: found.first)
    }
  }

  func tiles(of name: StreamName, from first: UInt64, limit: Int) throws(StoreError) -> [Digest] {
    let (known, newer) = view.withLock { ($0.streams[name], $0.ahead.tiles(of: name)) }
    guard let stream = known, first < stream.tiles, limit > 0 else { return [] }
    let wanted = min(limit, Int(clamping: stream.tiles - first))
    let stored = min(wanted, Int(clamping: max(first, newer?.first ?? .max) - first))
    var tiles = stored > 0 ? try storedTiles(of: name, stream, from: first, stored) : []
    if let newer, tiles.count < wanted {
      let from = Int(clamping: max(first, newer.first) - newer.first)
      tiles += newer.roots.dropFirst(from).prefix(wanted - tiles.count)
    }
    return tiles
  }

  private func storedTiles(
    of name: StreamName, _ stream: View.Stream, from first: UInt64, _ wanted: Int
  ) throws(StoreError) -> [Digest] {
    try readers.read { (database) throws(StoreError) in
      var tiles: [Digest] = []
      let rows = try database.statement(stream.tables.tilesFrom)
      rows.bind(1, Int64(bitPattern: first))
      rows.bind(2, Int64(wanted))
      defer { rows.reset() }
      while try rows.step() {
        let number = first + UInt64(tiles.count)
        guard rows.integer(0) == Int64(bitPattern: number), let tile = Digest(rows.bytes(1)),
          rows.integer(2) == Sums.tile(stream: stream.number, number: number, root: tile)
        else { throw .damaged("\(name), tile \(number)") }
        tiles.append(tile)
      }
      guard tiles.count == wanted else { throw .damaged("\(name), tile \(first + UInt64(tiles.count))") }
      return tiles
    }
  }

  func locate(_ key: BlindKey, _ partitions: ClosedRange<Int32>, limit: Int) throws(StoreError) -> [Locator] {
    guard limit > 0 else { return [] }
    // A merge may remove a run between the look at the view and the reading of its page; then the view has moved on.
    for _ in 0..<16 {
      let candidates = view.withLock { $0.candidates(key.bits, partitions, limit: limit) }
      if let found = try locate(key, in: candidates, limit: limit) { return found }
    }
    throw .damaged("the index, pages of a run are missing")
  }

  private func locate(
    _ key: BlindKey, in candidates: [View.Candidates], limit: Int
  ) throws(StoreError) -> [Locator]? {
    var found: [Locator] = []
    for candidate in candidates {
      found += candidate.found.prefix(limit - found.count)
      guard found.count < limit else { break }
      guard !candidate.runs.isEmpty else { continue }
      let items = try readers.read { (database) throws(StoreError) in
        try Self.items(key.bits, in: candidate, limit: limit - found.count, database)
      }
      guard let items else { return nil }
      for item in items {
        guard let name = view.withLock({ $0.name(item.stream) }) else {
          throw .damaged("the index names stream \(item.stream)")
        }
        found.append(Locator(stream: name, index: item.index))
      }
    }
    return found
  }

  /// The key's lines in the runs, newest run first; nil when a run's page has gone.
  private static func items(
    _ key: UInt64, in candidates: View.Candidates, limit: Int, _ database: Database
  ) throws(StoreError) -> [IndexItem]? {
    var items: [IndexItem] = []
    for run in candidates.runs {
      guard items.count < limit else { break }
      let next = try RunReader.read(run, pages: run.pages(for: key), in: database) { item in
        if item.key == key, !candidates.erased.holds(item) { items.append(item) }
        return item.key <= key && items.count < limit
      }
      guard next != nil else { return nil }
    }
    return items
  }
}
