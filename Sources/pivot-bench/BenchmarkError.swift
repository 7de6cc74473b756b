import Glibc

/// The reason that a benchmark could not go on.
struct BenchmarkError: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }

    /// An error of the C library, named by `errno`.
    static func system(_ what: String, _ code: Int32) -> BenchmarkError {
        BenchmarkError("\(what) failed: \(String(cString: strerror(code))).")
    }
}
