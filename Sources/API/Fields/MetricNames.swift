import Tracking

/// The names that a metric may have.
package enum MetricNames {
    /// The most metrics of one record.
    package static let maximumCount = 10_000

    /// 1 to 255 bytes of UTF-8 without control characters; not `epoch` or `timestamp`, which every record has.
    package static func check(_ name: String, field: String) throws(FieldError) {
        if let fault = fault(of: name) { throw FieldError(field, "holds a metric whose name \(fault)") }
        guard name != "epoch", name != "timestamp" else {
            throw FieldError(
                field, "must not hold a metric called '\(name)', since every record has a field of that name")
        }
    }

    /// The fault in the letters of `name`, and what would be right; goes on after "its name". Nil when there is none.
    package static func fault(of name: String) -> String? {
        guard (1...Session.maximumNameByteCount).contains(name.utf8.count) else {
            return "has \(name.utf8.count) bytes; 1 to \(Session.maximumNameByteCount) are allowed"
        }
        return name.utf8.allSatisfy { $0 >= 32 && $0 != 127 } ? nil : "has control characters"
    }
}
