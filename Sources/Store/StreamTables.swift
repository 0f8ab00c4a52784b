/// The statements on one stream's tables, spelled once.
final class StreamTables: Sendable {
  let insertChunk: String
  let insertBodies: String
  let insertTile: String
  let chunkAtOrBefore: String
  let bodiesAtOrBefore: String
  let bodiesFrom: String
  let tilesFrom: String
  let lastTile: String
  let firstBodies: String
  let deleteBodies: String
  let chunksFrom: String

  init(_ number: UInt32) {
    let (chunks, bodies, tiles) = ("chunks_\(number)", "bodies_\(number)", "tiles_\(number)")
    insertChunk = "INSERT INTO \(chunks)(first, count, weight, sum, entries) VALUES(?, ?, ?, ?, ?)"
    insertBodies = "INSERT INTO \(bodies)(first, sum, bodies) VALUES(?, ?, ?)"
    insertTile = "INSERT INTO \(tiles)(number, sum, root) VALUES(?, ?, ?)"
    chunkAtOrBefore =
      "SELECT first, count, weight, sum, entries FROM \(chunks) WHERE first <= ? ORDER BY first DESC LIMIT 1"
    bodiesAtOrBefore = "SELECT first, bodies, sum FROM \(bodies) WHERE first <= ? ORDER BY first DESC LIMIT 1"
    bodiesFrom = "SELECT first, bodies, sum FROM \(bodies) WHERE first >= ? AND first < ? ORDER BY first"
    tilesFrom = "SELECT number, root, sum FROM \(tiles) WHERE number >= ? ORDER BY number LIMIT ?"
    lastTile = "SELECT max(number) FROM \(tiles)"
    firstBodies = "SELECT first FROM \(bodies) WHERE first < ? LIMIT 1"
    deleteBodies = """
      DELETE FROM \(bodies) WHERE first IN (SELECT first FROM \(bodies) WHERE first < ? ORDER BY first LIMIT ?)
      """
    chunksFrom = "SELECT first, count, weight, sum, entries FROM \(chunks) WHERE first >= ? ORDER BY first LIMIT ?"
  }
}
