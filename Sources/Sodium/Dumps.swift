import CSodium
import Glibc

/// Forbids core dumps of this process, and that other processes of the same user look into its memory: no limit set
/// afterwards and no crash can write a key to the disk. `sodium_malloc` already keeps keys out of dumps and swap; this
/// also covers what is open for a moment elsewhere, such as a record's body.
/// - Returns: whether the system agreed; a node that is refused this says so and does not start.
@discardableResult public func forbidDumps() -> Bool {
  var none = rlimit(rlim_cur: 0, rlim_max: 0)
  return setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none) == 0 && istmo_forbid_dumps() == 0
}
