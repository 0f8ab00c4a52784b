/// One line of the blind index inside its partition, with the stream as the store's own number for it.
struct IndexItem: Hashable {
  /// The hashed value.
  var key: UInt64
  /// The entry's index in the stream.
  var index: UInt64
  /// The stream's number in this store. It stands last, so that a line in memory takes 24 bytes with its chain.
  var stream: UInt32

  init(key: UInt64, stream: UInt32, index: UInt64) { (self.key, self.stream, self.index) = (key, stream, index) }
}
