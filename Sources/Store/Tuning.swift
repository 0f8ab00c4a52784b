/// Sizes at which work behind the commits begins. Tests make them small, to see the work done often.
struct Tuning: Sendable {
  /// Lines of the blind index in memory from which they are written as runs: 3 MB, and 1 MB of rows to read at start.
  var freshLinesMax = 1 << 16
  /// Frames in the log from which they are copied into the database: 64 MiB.
  var walFramesMax = 16_384
  /// Connections that read.
  var readers = 4
  /// Whether each commit is noted beside the log. Tests leave it out, as a power cut may have.
  var marksCommits = true
  /// Whether the log is emptied when keys were destroyed. Tests of a log of which nothing was copied yet leave it out.
  var emptiesErased = true
}
