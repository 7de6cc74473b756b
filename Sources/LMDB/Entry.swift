import CLMDB

/// A key and its value where they lie in the map.
///
/// Both are valid only until the next write of the same transaction or its end; copy what is to be kept.
package struct Entry {
    package let key: UnsafeRawBufferPointer
    package let value: UnsafeRawBufferPointer

    init(_ key: MDB_val, _ value: MDB_val) {
        self.key = UnsafeRawBufferPointer(start: key.mv_data, count: key.mv_size)
        self.value = UnsafeRawBufferPointer(start: value.mv_data, count: value.mv_size)
    }

    init(key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        self.key = key
        self.value = value
    }
}
