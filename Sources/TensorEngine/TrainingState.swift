/// All that a training needs to go on bit for bit: what a checkpoint stores.
package struct TrainingState: Equatable, Sendable {
    /// Weights and statistics under their own names, moments as "optimizer.<moment>.<parameter>", and the gradients of
    /// pending passes as "gradient.<parameter>".
    package var arrays: [NamedArray]
    /// The passes made.
    package var passCount: UInt64
    /// The passes whose gradients wait for an update.
    package var pendingPassCount: Int
    /// The updates made.
    package var updateCount: Int

    package init(arrays: [NamedArray], passCount: UInt64, pendingPassCount: Int, updateCount: Int) {
        self.arrays = arrays
        self.passCount = passCount
        self.pendingPassCount = pendingPassCount
        self.updateCount = updateCount
    }
}
