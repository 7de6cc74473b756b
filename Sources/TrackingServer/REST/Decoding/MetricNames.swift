import Tracking

/// Which names a metric may have.
enum MetricNames {
    /// 1 to 255 bytes of UTF-8 without control characters; not `epoch` or `timestamp`, which every record has.
    static func check(_ name: String, field: String) throws(FieldError) {
        guard (1...Session.maximumNameByteCount).contains(name.utf8.count) else {
            throw FieldError(
                field, "a metric's name has 1 to \(Session.maximumNameByteCount) bytes, not \(name.utf8.count)")
        }
        guard name.utf8.allSatisfy({ $0 >= 32 && $0 != 127 }) else {
            throw FieldError(field, "a metric's name must not hold control characters")
        }
        guard name != "epoch", name != "timestamp" else {
            throw FieldError(
                field, "a metric must not be called '\(name)', since every record has a field of that name")
        }
    }
}
