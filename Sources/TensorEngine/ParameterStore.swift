/// The weights of a network, their gradients and its statistics, each flat and row-major, shared by every plan.
///
/// Each array begins at a multiple of 16 floats; the floats between are zero and stay so.
package final class ParameterStore {
    /// One named array inside a flat block.
    package struct Slot {
        let name: String
        let shape: [Int]
        let offset: Int
        var count: Int { shape.reduce(1, *) }
    }

    /// Trainable arrays in the order they were declared.
    package private(set) var slots: [Slot] = []
    /// Running statistics in the order they were declared.
    package private(set) var bufferSlots: [Slot] = []
    /// Trainable values; the layout is that of `slots`.
    package let values: Storage
    /// The sum of the gradients since they were last zeroed; the layout is that of `slots`.
    package let gradients: Storage
    /// The gradients of the last backward pass alone; the layout is that of `slots`.
    package let passGradients: Storage
    /// Statistics; the layout is that of `bufferSlots`.
    package let buffers: Storage
    /// Raised whenever values change, so that plans know to pack weights again.
    private(set) var version: UInt64 = 1
    private var checkedVersion: UInt64 = 0
    private var areValuesFinite = true

    /// A store of the arrays `trainable` and `statistics`, all zero.
    package init(trainable: [(name: String, shape: [Int])], statistics: [(name: String, shape: [Int])]) {
        let (slots, count) = Self.place(trainable)
        let (bufferSlots, bufferCount) = Self.place(statistics)
        self.slots = slots
        self.bufferSlots = bufferSlots
        values = Storage(count: max(count, 16))
        gradients = Storage(count: max(count, 16))
        passGradients = Storage(count: max(count, 16))
        buffers = Storage(count: bufferCount)
    }

    /// The slot of a trainable array that was declared.
    func slot(_ name: String) throws(TensorEngineError) -> Slot {
        guard let slot = slots.first(where: { $0.name == name }) else {
            throw .invalidArgument("the network has no parameter named \(name)")
        }
        return slot
    }

    /// The slot of a statistic that was declared.
    func bufferSlot(_ name: String) throws(TensorEngineError) -> Slot {
        guard let slot = bufferSlots.first(where: { $0.name == name }) else {
            throw .invalidArgument("the network has no statistic named \(name)")
        }
        return slot
    }

    func markChanged() {
        version += 1
    }

    /// Whether no weight and no statistic is infinite or NaN. Weights are looked at once for each version.
    func isFinite() -> Bool {
        if checkedVersion != version {
            areValuesFinite = VectorMath.isFinite(values.pointer, count: values.count)
            checkedVersion = version
        }
        return areValuesFinite && VectorMath.isFinite(buffers.pointer, count: buffers.count)
    }

    /// Copies the arrays of `slots` out of `storage`, names prefixed.
    package static func export(_ slots: [Slot], from storage: Storage, prefix: String = "") -> [NamedArray] {
        slots.map { slot in
            let values = Array(UnsafeBufferPointer(start: storage.pointer + slot.offset, count: slot.count))
            return NamedArray(name: prefix + slot.name, shape: slot.shape, values: values)
        }
    }

    /// Copies every array of `slots` into `storage`; each must be in `arrays` with its shape. Nothing changes on an error.
    package static func restore(
        _ slots: [Slot], into storage: Storage, from arrays: [String: NamedArray], prefix: String = ""
    ) throws(TensorEngineError) {
        for slot in slots {
            guard let array = arrays[prefix + slot.name] else {
                throw .stateMismatch("the state lacks the array \(prefix + slot.name)")
            }
            guard array.shape == slot.shape else {
                throw .stateMismatch(
                    "\(prefix + slot.name) has the shape \(array.shape) in the state; this network needs \(slot.shape)")
            }
        }
        for slot in slots {
            guard let array = arrays[prefix + slot.name] else { continue }
            array.values.withUnsafeBufferPointer { source in
                guard let base = source.baseAddress else { return }
                (storage.pointer + slot.offset).update(from: base, count: slot.count)
            }
        }
    }

    private static func place(_ arrays: [(name: String, shape: [Int])]) -> ([Slot], Int) {
        var offset = 0
        let slots = arrays.map { array in
            let slot = Slot(name: array.name, shape: array.shape, offset: offset)
            offset += (slot.count + 15) / 16 * 16
            return slot
        }
        return (slots, offset)
    }
}
