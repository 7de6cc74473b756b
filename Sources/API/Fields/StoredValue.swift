/// Reads what a key path leads to: a stored property where it lies, without the detour that a key path takes each time.
struct StoredValue<Root, Value>: Sendable {
    private let path: FieldPath<Root, Value>
    /// The property's place in the document; nil when it is computed.
    private let offset: Int?

    init(_ path: FieldPath<Root, Value>) {
        self.path = path
        offset = MemoryLayout<Root>.offset(of: path)
    }

    @inline(__always)
    func read(_ root: UnsafePointer<Root>) -> Value {
        guard let offset else { return root.pointee[keyPath: path] }
        return UnsafeRawPointer(root).advanced(by: offset).assumingMemoryBound(to: Value.self).pointee
    }

    /// Calls `body` with the place of the value.
    func withPlace(in root: UnsafePointer<Root>, _ body: (UnsafePointer<Value>) -> Void) {
        guard let offset else { return withUnsafePointer(to: root.pointee[keyPath: path], body) }
        body(UnsafeRawPointer(root).advanced(by: offset).assumingMemoryBound(to: Value.self))
    }
}
