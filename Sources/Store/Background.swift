import Glibc

/// Work that nobody waits for.
enum Background {
  /// Lets whoever waits for this processor have it. A thread that wakes does not take it from one that computes before that one's turn is
  /// over, which is milliseconds, also when another processor is idle: a commit's publisher had waited for so long.
  static func breathe() { sched_yield() }
}
