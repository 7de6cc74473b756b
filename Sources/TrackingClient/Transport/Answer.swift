package import JSON

/// A document of the API and where in the log it stands.
package struct Answer: Sendable {
    /// The HTTP status, 200 to 299.
    package let status: Int
    /// The document.
    package let json: JSONValue
    /// After a write: the position of the last event it wrote, or the log's head when it wrote none.
    package let logPosition: UInt64?
    /// After a read: the position the read models stood at.
    package let readPosition: UInt64?
}
