/// The statements on one stream's tables, spelled once.
final class StreamTables: Sendable {
  let insertChunk: String
  let insertBodies: String
  let insertTile: String
  let chunkAtOrBefore: String
  let chunkWithBodies: String
  let tilesFrom: String
  let lastTile: String
  let firstBodies: String
  let deleteBodies: String
  let everyChunk: String

  init(_ number: UInt32) {
    let (chunks, bodies, tiles) = ("chunks_\(number)", "bodies_\(number)", "tiles_\(number)")
    insertChunk = "INSERT INTO \(chunks)(first, count, weight, sum, entries) VALUES(?, ?, ?, ?, ?)"
    insertBodies = "INSERT INTO \(bodies)(first, bodies) VALUES(?, ?)"
    insertTile = "INSERT INTO \(tiles)(number, root) VALUES(?, ?)"
    chunkAtOrBefore =
      "SELECT first, count, weight, sum, entries FROM \(chunks) WHERE first <= ? ORDER BY first DESC LIMIT 1"
    chunkWithBodies = """
      SELECT first, count, weight, sum, entries, (SELECT bodies FROM \(bodies) b WHERE b.first = c.first)
      FROM \(chunks) c WHERE first <= ? ORDER BY first DESC LIMIT 1
      """
    tilesFrom = "SELECT number, root FROM \(tiles) WHERE number >= ? ORDER BY number LIMIT ?"
    lastTile = "SELECT max(number) FROM \(tiles)"
    firstBodies = "SELECT first FROM \(bodies) WHERE first < ? LIMIT 1"
    deleteBodies = """
      DELETE FROM \(bodies) WHERE first IN (SELECT first FROM \(bodies) WHERE first < ? ORDER BY first LIMIT ?)
      """
    everyChunk = """
      SELECT first, count, weight, sum, entries, (SELECT length(bodies) FROM \(bodies) b WHERE b.first = c.first)
      FROM \(chunks) c ORDER BY first
      """
  }
}
