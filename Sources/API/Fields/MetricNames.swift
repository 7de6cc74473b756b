import Tracking

/// The names that a metric may have.
package enum MetricNames {
    /// 1 to 255 bytes of UTF-8 without control characters; not `epoch` or `timestamp`, which every record has.
    package static func check(_ name: String, field: String) throws(FieldError) {
        guard (1...Session.maximumNameByteCount).contains(name.utf8.count) else {
            throw FieldError(
                field,
                "holds a metric whose name has \(name.utf8.count) bytes; 1 to \(Session.maximumNameByteCount) are allowed"
            )
        }
        guard name.utf8.allSatisfy({ $0 >= 32 && $0 != 127 }) else {
            throw FieldError(field, "holds a metric whose name has control characters")
        }
        guard name != "epoch", name != "timestamp" else {
            throw FieldError(
                field, "must not hold a metric called '\(name)', since every record has a field of that name")
        }
    }
}
