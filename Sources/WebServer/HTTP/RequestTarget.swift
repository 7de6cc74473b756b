/// The target of a request (RFC 9112, section 3.2).
enum RequestTarget {
    /// The authority that a target in absolute form names, such as `localhost:8000`, with whatever stands before an `@`; nil
    /// for a target that begins with a slash.
    static func authority(of target: String) -> String? {
        guard !target.hasPrefix("/"), let scheme = target.firstRange(of: "://") else { return nil }
        return String(target[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" })
    }
}
