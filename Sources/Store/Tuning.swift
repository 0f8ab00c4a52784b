/// Sizes at which work behind the commits begins. Tests make them small, to see the work done often.
struct Tuning: Sendable {
  /// Lines of the blind index in memory from which they are written as runs: 3 MB, and 1 MB of rows to read at start.
  var freshLinesMax = 1 << 16
  /// Frames in the log from which they are copied into the database: 16 MiB. With four times as many the disk held as much more, and its
  /// writer had more to do; with a quarter, nothing was gained.
  var walFramesMax = 4_096
  /// Bytes of the journal: about 1,400 single records.
  var journalBytes = 2 << 20
  /// Bytes of a commit from which it goes into the database at once: writing it twice would cost more than its pages do.
  var journalledBytesMax = 16 << 10
  /// How long a commit waits in the journal for others to be taken over with it, in milliseconds.
  var applyDelay = 250
  /// Connections that read.
  var readers = 4
  /// Whether each commit is noted beside the log. Tests leave it out, as a power cut may have.
  var marksCommits = true
  /// Whether the log is emptied when keys were destroyed. Tests of a log of which nothing was copied yet leave it out.
  var emptiesErased = true
}
