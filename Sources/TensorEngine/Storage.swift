/// A zeroed block of float32 memory, aligned to 64 bytes, freed with its last reference.
package final class Storage {
    package let pointer: UnsafeMutablePointer<Float>
    package let count: Int

    /// Room for `count` floats, at least one.
    package init(count: Int) {
        let size = max(count, 1)
        let raw = UnsafeMutableRawPointer.allocate(byteCount: size * MemoryLayout<Float>.stride, alignment: 64)
        pointer = raw.bindMemory(to: Float.self, capacity: size)
        pointer.initialize(repeating: 0, count: size)
        self.count = size
    }

    deinit {
        UnsafeMutableRawPointer(pointer).deallocate()
    }
}
