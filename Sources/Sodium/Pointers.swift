// libsodium's functions take non-null pointers, also for empty buffers; Swift's empty buffers may have none.

nonisolated(unsafe) private let nowhere = UnsafeMutablePointer<UInt8>.allocate(capacity: 1)
// nonisolated(unsafe): never read or written, it only stands for the address of nothing.

extension UnsafeRawBufferPointer {
  var u8: UnsafePointer<UInt8> { baseAddress?.assumingMemoryBound(to: UInt8.self) ?? UnsafePointer(nowhere) }
}

extension UnsafeMutableRawBufferPointer {
  var u8: UnsafeMutablePointer<UInt8> { baseAddress?.assumingMemoryBound(to: UInt8.self) ?? nowhere }
}

extension UnsafeMutableBufferPointer<UInt8> {
  var u8: UnsafeMutablePointer<UInt8> { baseAddress ?? nowhere }
}

extension Lendable {
  /// `withUnsafeBytes` with a typed error.
  func lend<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
    let result: Result<R, E> = withUnsafeBytes { bytes in
      do throws(E) { return .success(try body(bytes)) } catch { return .failure(error) }
    }
    return try result.get()
  }
}

/// What `lend` can be asked of.
protocol Lendable {
  func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R
}

extension [UInt8]: Lendable {}
extension ArraySlice<UInt8>: Lendable {}
